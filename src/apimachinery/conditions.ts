import { rfc3339Seconds } from '../base/index.ts';
import type { Condition, FullCondition } from './meta.ts';

/** A condition before its transition time is known. */
export interface NewCondition {
  readonly type: string;
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

export function findCondition<C extends Condition>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * The conditions with one of them set. Its transition time moves only when its status does; a condition that says
 * the same as before keeps the list as it is.
 */
export function withCondition(
  conditions: readonly FullCondition[],
  next: NewCondition,
  nowMs: number,
): FullCondition[] {
  const previous = findCondition(conditions, next.type);
  const lastTransitionTime =
    previous && previous.status === next.status ? previous.lastTransitionTime : rfc3339Seconds(nowMs);
  const condition: FullCondition = { ...next, lastTransitionTime };
  if (!previous) return [...conditions, condition];
  return conditions.map((other) => (other === previous ? condition : other));
}

/** True (or False) and said of the object's current generation. */
export function isCurrent(
  condition: Condition | undefined,
  generation: number | undefined,
  status: Condition['status'],
): boolean {
  return condition?.status === status && condition.observedGeneration === generation;
}
