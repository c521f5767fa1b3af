import { containersIn } from '../../../apimachinery/containers.ts';
import { at, textAt } from '../../../apimachinery/read.ts';
import type { Json, JsonObject } from '../../../base/index.ts';

/** A pod, or what pods are made of. */
export interface PodLike {
  readonly annotations: JsonObject;
  readonly spec: JsonObject;
}

/** What is wrong with a pod, and, in brackets where one pod is spoken of, which parts of it. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export type Rule = (pod: PodLike) => Violation | undefined;

/** One demand of the Pod Security Standards. */
export interface Check {
  readonly level: 'baseline' | 'restricted';
  /** The rule since a minor version 1.x, the oldest first. */
  readonly rules: readonly (readonly [sinceMinor: number, rule: Rule])[];
  /** A check of the level below that says less: it is not asked as well. */
  readonly instead?: Check;
}

export function containersOf({ spec }: PodLike): readonly JsonObject[] {
  return containersIn(spec);
}

/** `container "a"`, or `containers "a", "b"`. */
export function namedContainers(containers: readonly JsonObject[]): string {
  return `${plural('container', containers.length)} ${quoted(containers.map((each) => textAt(each, 'name')))}`;
}

/** Who of a pod and its containers sets something in the security context that is bad: `pod and container "a"`; '' for nobody. */
export function badSetters(pod: PodLike, path: readonly string[], isBad: (value: Json) => boolean): string {
  const setsBad = (part: JsonObject) => {
    const value = at(part, 'securityContext', ...path);
    return value !== undefined && isBad(value);
  };
  const containers = containersOf(pod).filter(setsBad);
  return [setsBad(pod.spec) ? 'pod' : '', containers.length > 0 ? namedContainers(containers) : '']
    .filter((text) => text !== '')
    .join(' and ');
}

/** The values at the path of the security contexts of pod and containers, each once and in order. */
export function valuesSet(pod: PodLike, ...path: readonly string[]): string[] {
  const values = [pod.spec, ...containersOf(pod)].flatMap((part) => {
    const value = at(part, 'securityContext', ...path);
    return typeof value === 'string' ? [value] : [];
  });
  return distinct(values);
}

export function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

export function quoted(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(', ');
}

export function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}

/** What of Windows cannot be said of its containers need not be. */
export function unlessWindows(rule: Rule): Rule {
  return (pod) => (textAt(pod.spec, 'os', 'name') === 'windows' ? undefined : rule(pod));
}
