import type { ResourceRecord } from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import type { GateKind, Schedule } from '../gates/schedule.ts';

export const updateRunType = 'Microsoft.ContainerService/fleets/updateRuns';

/** The fleet that a run or a strategy belongs to. */
export function fleetOf(childId: string): string {
  return childId.split('/').slice(0, -2).join('/');
}

/** A gate as the run will make it; its id is chosen with the run, so that it is made once. */
export interface PlannedGate {
  readonly id: string;
  readonly kind: GateKind;
  readonly schedule?: Schedule;
}

/** Gates of a stage or a group, in the order of its strategy. */
export interface PlannedGates {
  readonly before: readonly PlannedGate[];
  readonly after: readonly PlannedGate[];
}

export interface PlannedStage extends PlannedGates {
  readonly groups: readonly PlannedGates[];
}

/** What a run keeps for itself. */
export interface RunInternals {
  /** Tells a run from an earlier one of its name; gates carry it. */
  readonly uid: string;
  /** What was asked for last: nothing yet, to go on, or to stop. */
  readonly wanted: 'Nothing' | 'Running' | 'Stopped';
  readonly plan: readonly PlannedStage[];
  /** How often its status was written whole; what stands beside it (`progress.ts`) belongs to one of these times. */
  readonly timesWritten?: number;
}

/** What a stored run keeps for itself. */
export function internalsOf({ internal }: ResourceRecord): RunInternals {
  // Nobody but `plan.ts` and the actions of a run write it.
  return (internal ?? {}) as unknown as RunInternals;
}

/** The record with other internals. */
export function withInternals(record: ResourceRecord, change: Partial<RunInternals>): ResourceRecord {
  return { ...record, internal: { ...record.internal, ...internalJson(change) } };
}

/** The record with a status that takes the place of all that stood in it and beside it. */
export function writtenWhole(record: ResourceRecord): ResourceRecord {
  return withInternals(record, { timesWritten: (internalsOf(record).timesWritten ?? 0) + 1 });
}

/** Internals as JSON. */
export function internalJson(internals: Partial<RunInternals>): JsonObject {
  const json: unknown = internals;
  return isObject(json) ? json : {};
}
