import {
  madeByEstate,
  newEtag,
  type RecordReader,
  type RecordStore,
  type ResourceRecord,
} from '../../../arm/index.ts';
import { type Clock, isObject, type JsonObject, jsonEqual, type Random } from '../../../base/index.ts';
import { internalsOf } from './record.ts';
import {
  type GroupUpdate,
  type MemberUpdate,
  type RunStatus,
  type StageUpdate,
  statusJson,
  statusOf,
} from './status.ts';

/** Stands below a run, and is no resource: nobody can ask for it. */
export const progressType = 'Microsoft.ContainerService/fleets/updateRuns/progress';

/** Runs of no more members are written whole each time. */
const wholeMembers = 32;

/** What has come of one step since its run was written whole: of a stage, of a group in it, or of a member of that. */
interface StepChange {
  readonly stage: number;
  readonly group?: number;
  readonly member?: number;
  readonly step: JsonObject;
}

/** The run that a progress belongs to. */
export function runIdOfProgress(progressId: string): string {
  return progressId.split('/').slice(0, -2).join('/');
}

export function progressId(runId: string): string {
  return `${runId}/progress/current`;
}

/** A run as it stands: as it was written whole, with what came of its steps since then. */
export async function withProgress(run: ResourceRecord, records: RecordReader): Promise<ResourceRecord> {
  const progress = await records.get(progressId(run.id));
  if (progress?.internal?.['of'] !== writtenAs(run)) return run;
  const { changes } = progress.internal;
  if (!Array.isArray(changes)) return run;
  const status = statusOf(run.properties);
  // Nobody but `keepProgress` writes it.
  for (const change of changes as unknown as readonly StepChange[]) apply(status, change);
  return { ...run, properties: { ...run.properties, status: statusJson(status) } };
}

/** Tells each time that a run was written whole from the others. */
function writtenAs(run: ResourceRecord): string {
  const { uid, timesWritten = 0 } = internalsOf(run);
  return `${uid} ${timesWritten}`;
}

function apply(status: RunStatus, { stage, group, member, step }: StepChange): void {
  const stages = status.stages;
  const at = stages[stage];
  if (!at) return;
  // The steps are JSON of these types, as `changesOf` found them.
  if (group === undefined) {
    stages[stage] = { ...(step as unknown as StageUpdate), groups: at.groups };
    return;
  }
  const inside = at.groups[group];
  if (!inside) return;
  if (member === undefined) {
    at.groups[group] = {
      ...(step as unknown as GroupUpdate),
      ...(inside.members && { members: inside.members }),
    };
  } else if (inside.members) inside.members[member] = step as unknown as MemberUpdate;
}

/**
 * Keeps what a pass found out beside a large run, so that a step costs what has changed and not what the run is made of. False: it has
 * to be written whole.
 */
export async function keepProgress(
  written: ResourceRecord,
  status: RunStatus,
  {
    records,
    clock,
    random,
  }: { readonly records: RecordStore; readonly clock: Clock; readonly random: Random },
): Promise<boolean> {
  const changes = changesOf(statusOf(written.properties), status);
  if (!changes) return false;
  const id = progressId(written.id);
  await records.put({
    ...{ id, name: 'current', type: progressType, properties: {}, provisioningState: 'Succeeded' },
    systemData: madeByEstate(clock.now()),
    etag: newEtag(random, ''),
    internal: { of: writtenAs(written), changes },
  });
  return true;
}

/** Undefined: more than is kept beside the run. */
function changesOf(before: RunStatus, after: RunStatus): JsonObject[] | undefined {
  const { stages: old, ...run } = before;
  const { stages, ...now } = after;
  const members = countMembers(after);
  if (!jsonEqual(json(run), json(now)) || members <= wholeMembers) return undefined;
  // So many that both, the changes and the whole runs, cost about the same.
  const most = Math.ceil(Math.sqrt(members));
  const changes: JsonObject[] = [];
  for (const [stage, { groups, ...step }] of stages.entries()) {
    const { groups: oldGroups = [], ...oldStep } = old[stage] ?? { groups: [] };
    if (!jsonEqual(json(oldStep), json(step))) changes.push({ stage, step: json(step) });
    for (const [group, { members = [], ...own }] of groups.entries()) {
      const { members: oldMembers = [], ...oldOwn } = oldGroups[group] ?? {};
      if (!jsonEqual(json(oldOwn), json(own))) changes.push({ stage, group, step: json(own) });
      for (const [member, one] of members.entries()) {
        if (jsonEqual(json(oldMembers[member] ?? {}), json(one))) continue;
        changes.push({ stage, group, member, step: json(one) });
        if (changes.length > most) return undefined;
      }
    }
  }
  return changes.length > most ? undefined : changes;
}

function countMembers({ stages }: RunStatus): number {
  let count = 0;
  for (const { groups } of stages) for (const { members = [] } of groups) count += members.length;
  return count;
}

/** Statuses are JSON throughout; an interface does not say so. */
function json(step: object): JsonObject {
  return isObject(step) ? step : {};
}
