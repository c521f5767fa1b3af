import type { WriteTarget } from '../../apimachinery/admission.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import { candidatesOf, type MatchedResource } from '../matching/rules.ts';
import type { Hook } from './hook.ts';

/** A webhook that a target concerns, and the version in which it is asked. */
export interface Invocation extends MatchedResource {
  readonly hook: Hook;
  /** Its place among all webhooks of its sort. */
  readonly index: number;
}

/** How a webhook is asked about writes of a target; undefined when none of its rules speaks of them. */
export function invocationOf(
  { hook, index }: Pick<Invocation, 'hook' | 'index'>,
  target: WriteTarget,
  resources: ResourceRegistry,
): Invocation | undefined {
  const [first] = candidatesOf(hook, target, resources);
  return first && { hook, index, definition: first.definition, kind: first.kind };
}
