import { isObject, type Json, type JsonObject } from '../base/index.ts';

/** What a simulated machine reads of a pod. */
export interface MachinePod {
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: object;
  readonly status?: object;
}

export interface MachineContainer {
  readonly name: string;
  readonly kind: 'init' | 'main' | 'ephemeral';
  readonly spec: JsonObject;
  /** Undefined: its node has not said anything of it yet. */
  readonly status: JsonObject | undefined;
}

const lists = [
  ['initContainers', 'initContainerStatuses', 'init'],
  ['containers', 'containerStatuses', 'main'],
  ['ephemeralContainers', 'ephemeralContainerStatuses', 'ephemeral'],
] as const;

/** All containers of a pod, in the order in which they start. */
export function containersOf(pod: MachinePod): MachineContainer[] {
  return lists.flatMap(([list, statuses, kind]) =>
    objectsIn(pod.spec, list).map((spec) => {
      const name = text(spec['name']);
      const status = objectsIn(pod.status ?? {}, statuses).find((each) => each['name'] === name);
      return { name, kind, spec, status };
    }),
  );
}

export function objectsIn(parent: object, name: string): JsonObject[] {
  const value = valueIn(parent, name);
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function objectIn(parent: object | undefined, name: string): JsonObject {
  const value = parent && valueIn(parent, name);
  return isObject(value) ? value : {};
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function textIn(parent: object | undefined, name: string): string {
  return text(parent && valueIn(parent, name));
}

export function wordsIn(parent: object, name: string): string[] {
  const value = valueIn(parent, name);
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function valueIn(parent: object, name: string): Json | undefined {
  // What an object of the API holds is JSON.
  return (parent as JsonObject)[name];
}
