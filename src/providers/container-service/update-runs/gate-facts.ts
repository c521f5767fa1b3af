import type { RecordStore, ResourceRecord } from '../../../arm/index.ts';
import type { Random } from '../../../base/index.ts';
import {
  type GatePlace,
  type GateState,
  gateRecord,
  gateStateOf,
  inState,
  opensAtMs,
} from '../gates/record.ts';
import { fleetOf, internalsOf, type PlannedGate } from './record.ts';
import type { GateUpdate, RunStatus, StepUpdate } from './status.ts';

/** A gate of a run: what is planned, how it stands in the run's status, and where it is. */
interface RunGate {
  readonly id: string;
  readonly planned: PlannedGate;
  readonly update: GateUpdate;
  readonly place: GatePlace;
}

/** The id of a gate of a run. */
export function gateIdOf(runId: string, gate: PlannedGate): string {
  return `${fleetOf(runId)}/gates/${gate.id}`;
}

function gatesOf(run: ResourceRecord, status: RunStatus): RunGate[] {
  const { plan } = internalsOf(run);
  return status.stages.flatMap((stage, at) => {
    const planned = plan[at];
    const ofGroups = stage.groups.flatMap((group, of) =>
      pairs(run.id, {
        planned: planned?.groups[of],
        step: group,
        place: { stage: stage.name, group: group.name },
      }),
    );
    return [...pairs(run.id, { planned, step: stage, place: { stage: stage.name } }), ...ofGroups];
  });
}

function pairs(
  runId: string,
  at: {
    readonly planned:
      | { readonly before: readonly PlannedGate[]; readonly after: readonly PlannedGate[] }
      | undefined;
    readonly step: StepUpdate;
    readonly place: Omit<GatePlace, 'timing' | 'displayName'>;
  },
): RunGate[] {
  const { planned, step, place } = at;
  const side = (
    gates: readonly PlannedGate[] = [],
    updates: readonly GateUpdate[] = [],
    timing: GatePlace['timing'],
  ) =>
    updates.flatMap((update, index): RunGate[] => {
      const gate = gates[index];
      if (!gate) return [];
      const { displayName } = update;
      return [{ id: gateIdOf(runId, gate), planned: gate, update, place: { ...place, timing, displayName } }];
    });
  return [
    ...side(planned?.before, step.beforeGates, 'Before'),
    ...side(planned?.after, step.afterGates, 'After'),
  ];
}

interface GateWork {
  readonly records: RecordStore;
  readonly nowMs: number;
  readonly random: Random;
}

/**
 * The gates that there are, by the name of the gate, after they have been brought to what the run says: those that its steps were
 * skipped with are skipped, those whose time has come are open, those that it has not come to are gone. `wakeAtMs`: when
 * the next one opens by itself.
 */
export async function tendGates(
  run: ResourceRecord,
  status: RunStatus,
  { records, nowMs }: GateWork,
): Promise<{ readonly states: ReadonlyMap<string, GateState>; readonly wakeAtMs: readonly number[] }> {
  const states = new Map<string, GateState>();
  const wakeAtMs: number[] = [];
  for (const { id, planned, update } of gatesOf(run, status)) {
    const gate = await records.get(id);
    if (!gate) continue;
    if (update.gateId === undefined) {
      // It was made for a step of the run that another request was faster than.
      await records.remove(id);
      continue;
    }
    const opensMs = opensAtMs(gate);
    const isPending = gateStateOf(gate) === 'Pending';
    const next =
      isPending && update.status.state === 'Skipped'
        ? 'Skipped'
        : isPending && opensMs !== undefined && opensMs <= nowMs
          ? 'Completed'
          : undefined;
    if (isPending && !next && opensMs !== undefined) wakeAtMs.push(opensMs);
    const kept = next && (await records.update(id, (now) => pendingOnly(now, next)));
    states.set(planned.id, gateStateOf(kept ?? gate));
  }
  return { states, wakeAtMs };
}

function pendingOnly(gate: ResourceRecord, next: GateState): ResourceRecord | undefined {
  return gateStateOf(gate) === 'Pending' ? inState(gate, next) : undefined;
}

/** Makes the gates that the run has come to in `status`, before the run says so. */
export async function makeGates(run: ResourceRecord, status: RunStatus, work: GateWork): Promise<void> {
  const { uid } = internalsOf(run);
  for (const { id, planned, update, place } of gatesOf(run, status)) {
    if (update.status.state !== 'Pending') continue;
    const gate = gateRecord(run, { id, gate: planned, place, runUid: uid }, work);
    await work.records.create(gate, { under: fleetOf(run.id) });
  }
}
