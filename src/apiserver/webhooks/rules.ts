import type { WriteTarget } from '../../apimachinery/admission.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import { candidatesOf, type MatchedResource } from '../matching/rules.ts';
import type { Hook } from './hook.ts';

/** A webhook that a target concerns, and the version in which it is asked. */
export interface Invocation extends MatchedResource {
  readonly hook: Hook;
}

/** How a webhook is asked about writes of a target; undefined when none of its rules speaks of them. */
export function invocationOf(
  hook: Hook,
  target: WriteTarget,
  resources: ResourceRegistry,
): Invocation | undefined {
  const [first] = candidatesOf(hook, target, resources);
  return first && { hook, definition: first.definition, kind: first.kind };
}
