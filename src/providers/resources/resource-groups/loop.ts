import {
  type ArmErrorDetail,
  type DeleteProgress,
  groupIdOf,
  type ResourceRecord,
  refusals,
  type SystemDeletes,
} from '../../../arm/index.ts';
import { endingLimits } from '../../endings.ts';
import { type LoopParts, type RecordLoop, RetryLater, runRecordLoop } from '../../loop.ts';
import { denyAssignmentOf } from './protection.ts';

export const groupDeletionLimits = {
  /** Rounds without any progress before a group's deletion fails, when all that is left refuses to go. */
  roundsWithoutProgress: 6,
  /** How long a deletion waits for one and the same resources that promised to go. */
  withoutProgressMs: endingLimits.deletionMs + 5 * 60_000,
} as const;

export const resourceGroupType = 'Microsoft.Resources/resourceGroups';

/** Empties and removes groups that are being deleted; puts the deny assignment on groups that fleets own. */
export function runResourceGroups(parts: LoopParts, deletes: SystemDeletes): RecordLoop {
  const stuck = new Map<
    string,
    { readonly left: string; readonly rounds: number; readonly sinceMs: number }
  >();
  return runRecordLoop({
    ...parts,
    type: resourceGroupType,
    endsByItself: true,
    async reconcile(id) {
      const group = await parts.records.get(id);
      if (group?.provisioningState !== 'Deleting') {
        stuck.delete(id);
        if (group) await protect(group, parts);
        return;
      }
      const blocked = await emptyGroup(group, parts, deletes);
      if (blocked.length === 0) {
        stuck.delete(id);
        await parts.records.remove(id);
        return;
      }
      const left = blocked.map((one) => one.id).join(',');
      const before = stuck.get(id);
      const nowMs = parts.clock.monotonic();
      const { rounds, sinceMs } =
        before?.left === left
          ? { rounds: before.rounds + 1, sinceMs: before.sinceMs }
          : { rounds: 0, sinceMs: nowMs };
      const refused = blocked.every(({ progress }) => progress.state === 'refused');
      const isHopeless =
        (refused && rounds >= groupDeletionLimits.roundsWithoutProgress) ||
        nowMs - sinceMs >= groupDeletionLimits.withoutProgressMs;
      if (isHopeless) {
        stuck.delete(id);
        await giveUp(group, blocked, parts);
        return;
      }
      stuck.set(id, { left, rounds, sinceMs });
      throw new RetryLater(`waiting for ${left}`);
    },
  });
}

interface Blocked {
  readonly id: string;
  readonly progress: DeleteProgress;
}

/** Asks every resource to go, children before parents; returns what is still there. */
async function emptyGroup(
  group: ResourceRecord,
  { records }: LoopParts,
  deletes: SystemDeletes,
): Promise<Blocked[]> {
  const members = (await records.list(group.id)).filter(
    (record) => record.id !== group.id && !record.type.startsWith('Microsoft.Authorization/'),
  );
  const depth = ({ id }: ResourceRecord) => id.split('/').length;
  const blocked: Blocked[] = [];
  for (const record of members.sort((a, b) => depth(b) - depth(a))) {
    const waitsForChild = blocked.some(
      ({ id, progress }) =>
        progress.state === 'running' && id.toLowerCase().startsWith(`${record.id.toLowerCase()}/`),
    );
    const progress: DeleteProgress = waitsForChild ? { state: 'running' } : await deletes.request(record.id);
    if (progress.state !== 'gone') blocked.push({ id: record.id, progress });
  }
  // What refused on its own may have gone with its parent.
  const left: Blocked[] = [];
  for (const one of blocked) if (await records.get(one.id)) left.push(one);
  return left;
}

async function giveUp(group: ResourceRecord, blocked: readonly Blocked[], parts: LoopParts): Promise<void> {
  const details = await Promise.all(blocked.map((one) => reasonFor(one, parts)));
  const ids = blocked.map(({ id }) => id);
  const { code, message } = refusals.groupDeletionBlocked(group.name, ids, details);
  const reasons = details.map((detail) => `${detail.code}: ${detail.message}`).join(' ');
  parts.log.warn('resource group not deleted', { group: group.id, reasons });
  await parts.records.update(group.id, (current) => ({ ...current, provisioningState: 'Succeeded' }), {
    status: 'Failed',
    error: { code, message: `${message} ${reasons}` },
  });
}

/** Why a resource is still there: what it refused with, or what became of its own deletion. */
async function reasonFor({ id, progress }: Blocked, { records }: LoopParts): Promise<ArmErrorDetail> {
  if (progress.state === 'refused') return { code: progress.code, message: progress.message, target: id };
  const failed = (await records.get(id))?.lastOperation?.error;
  const code = failed?.code ?? 'OperationTimedOut';
  const message = failed?.message ?? 'The deletion of the resource did not end.';
  return { code, message, target: id };
}

async function protect(group: ResourceRecord, { records, clock }: LoopParts): Promise<void> {
  const denial = denyAssignmentOf(group, clock.now());
  if (!denial || groupIdOf(denial.id) === undefined || (await records.get(denial.id))) return;
  await records.put(denial);
}
