import { type Json, type JsonObject, rfc3339Seconds } from '../base/index.ts';
import type { Condition, FullCondition } from './meta.ts';
import { objectsAt } from './read.ts';

/** A condition before its transition time is known. */
export interface NewCondition {
  readonly type: string;
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

/** What a status of unknown shape has under `conditions`; what is not an object there is left out. */
export function conditionsIn(status: Json | undefined): readonly JsonObject[] {
  return objectsAt(status, 'conditions');
}

/** The condition of a type of an object of unknown shape, as most kinds keep them under `status.conditions`. */
export function conditionOf(object: Json | undefined, type: string): JsonObject | undefined {
  return findCondition(objectsAt(object, 'status', 'conditions'), type);
}

/** True when an object of unknown shape says under `status.conditions` that it is so. */
export function holds(object: Json | undefined, type: string): boolean {
  return conditionOf(object, type)?.['status'] === 'True';
}

export function findCondition<C extends JsonObject>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition['type'] === type);
}

export function isTrue(conditions: readonly JsonObject[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.['status'] === 'True';
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
  const since = previous?.status === next.status ? previous.lastTransitionTime : undefined;
  return put(conditions, previous, { ...next, lastTransitionTime: since ?? rfc3339Seconds(nowMs) });
}

/** The conditions in a status of unknown shape with one of them set, as `withCondition` sets it. */
export function conditionsWith(
  status: Json | undefined,
  next: Pick<NewCondition, 'type' | 'status'>,
  nowMs: number,
): JsonObject[] {
  const conditions = conditionsIn(status);
  const previous = findCondition(conditions, next.type);
  const since = previous?.['status'] === next.status ? previous['lastTransitionTime'] : undefined;
  return put(conditions, previous, { ...next, lastTransitionTime: since ?? rfc3339Seconds(nowMs) });
}

function put<C extends JsonObject>(conditions: readonly C[], previous: C | undefined, next: C): C[] {
  if (!previous) return [...conditions, next];
  return conditions.map((other) => (other === previous ? next : other));
}

/** True (or False) and said of the object's current generation. */
export function isCurrent(
  condition: Condition | undefined,
  generation: number | undefined,
  status: Condition['status'],
): boolean {
  return condition?.status === status && condition.observedGeneration === generation;
}
