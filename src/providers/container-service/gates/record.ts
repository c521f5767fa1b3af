import { madeByEstate, newEtag, type ResourceRecord } from '../../../arm/index.ts';
import type { Random } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import type { PlannedGate } from '../update-runs/record.ts';
import { nextStartMs } from './schedule.ts';

export const gateType = 'Microsoft.ContainerService/fleets/gates';

export type GateState = 'Pending' | 'Completed' | 'Skipped';

/** Where a run comes to a gate. */
export interface GatePlace {
  readonly stage: string;
  /** Absent: the gate is the stage's own. */
  readonly group?: string;
  readonly timing: 'Before' | 'After';
  readonly displayName?: string | undefined;
}

/** A gate that its run has come to just now. */
export function gateRecord(
  run: ResourceRecord,
  at: { readonly id: string; readonly gate: PlannedGate; readonly place: GatePlace; readonly runUid: string },
  { nowMs, random }: { readonly nowMs: number; readonly random: Random },
): ResourceRecord {
  const { stage, group, timing, displayName } = at.place;
  const { kind, schedule } = at.gate;
  return {
    id: at.id,
    name: at.gate.id,
    type: gateType,
    properties: {
      ...(displayName !== undefined && { displayName }),
      gateType: kind,
      target: {
        id: run.id,
        updateRunProperties: { name: run.name, stage, ...(group !== undefined && { group }), timing },
      },
      state: 'Pending',
      ...(schedule && {
        scheduledStartProperties: {
          ...schedule,
          absoluteStartTime: new Date(nextStartMs(schedule, nowMs)).toISOString(),
        },
      }),
    },
    provisioningState: 'Succeeded',
    systemData: madeByEstate(nowMs),
    etag: newEtag(random, ''),
    internal: { runUid: at.runUid },
  };
}

/** The run that a gate holds up. */
export function runIdOf({ properties }: ResourceRecord): string {
  return new Fields(properties).object('target').string('id') ?? '';
}

export function gateStateOf({ properties }: ResourceRecord): GateState {
  return new Fields(properties).choice('state', ['Pending', 'Completed', 'Skipped']) ?? 'Pending';
}

/** When a gate opens by itself, in milliseconds since the Unix epoch. */
export function opensAtMs({ properties }: ResourceRecord): number | undefined {
  const time = new Fields(properties).object('scheduledStartProperties').string('absoluteStartTime');
  return time === undefined ? undefined : Date.parse(time);
}

/** The gate in another state. */
export function inState(record: ResourceRecord, state: GateState): ResourceRecord {
  return { ...record, properties: { ...record.properties, state } };
}
