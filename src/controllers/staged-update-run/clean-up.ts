import { ignoringMissing, refOf, refOfKey } from '../../apimachinery/kinds.ts';
import { updateRunFinalizer } from '../kinds/fleet-names.ts';
import type { UpdateRun } from '../kinds/staged.ts';
import { inBatches } from '../shared/batches.ts';
import { release } from '../shared/finalizers.ts';
import { byRun, type UpdateRunContext } from './context.ts';

/** The run is deleted: so are its approval requests. What it rolled out stays as it is. */
export async function cleanUpRun(run: UpdateRun, key: string, context: UpdateRunContext): Promise<undefined> {
  if (!run.metadata.finalizers?.includes(updateRunFinalizer)) return undefined;
  await removeApprovals(key, context);
  await release(run, updateRunFinalizer, { client: context.client, informer: context.runs });
  return undefined;
}

/** Approval requests of a run that went without them; the hub itself is asked, for an informer may lag behind. */
export async function collectApprovals(key: string, context: UpdateRunContext): Promise<undefined> {
  if (context.approvals.byIndex(byRun, key).length === 0) return undefined;
  if (await context.client.find(context.runs.kind, refOfKey(key))) return undefined;
  await removeApprovals(key, context);
  return undefined;
}

async function removeApprovals(key: string, { approvals, client }: UpdateRunContext): Promise<void> {
  const own = approvals.byIndex(byRun, key).filter(({ metadata }) => !metadata.deletionTimestamp);
  await inBatches(own, (request) => ignoringMissing(client.delete(approvals.kind, refOf(request))));
}
