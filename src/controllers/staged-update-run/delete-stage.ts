import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import type { Binding } from '../kinds/placement.ts';
import type { ClusterUpdatingStatus } from '../kinds/staged.ts';
import { inBatches } from '../shared/batches.ts';
import type { UpdateRunContext } from './context.ts';
import {
  type Moment,
  markClusterStarted,
  markClusterSucceeded,
  markStageStarted,
  markStageSucceeded,
  saidOf,
} from './marks.ts';
import { abortedRun, unexpected } from './refusal.ts';
import type { RunPlan, Standing } from './validate.ts';

/** Takes the placement off the clusters that were given up; true when it is off all of them. */
export async function executeDeleteStage(
  { deletion }: RunPlan,
  { clusters: { leaving } }: Standing,
  { at, context }: { readonly at: Moment; readonly context: UpdateRunContext },
): Promise<boolean> {
  markStageStarted(deletion, at);
  const unasked: { cluster: ClusterUpdatingStatus; bindings: readonly Binding[] }[] = [];
  for (const cluster of deletion.clusters) {
    const bindings = leaving.get(cluster.clusterName) ?? [];
    if (bindings.length === 0) markGone(cluster, at);
    else if (isAskedToLeave(cluster, bindings)) continue;
    else unasked.push({ cluster, bindings });
  }
  await inBatches(unasked, async ({ cluster, bindings }) => {
    for (const binding of bindings) await remove(binding, context);
    markClusterStarted(cluster, at);
  });
  if (leaving.size > 0) return false;
  markStageSucceeded(deletion, at);
  return true;
}

/** Marks the clusters that are gone; the number of those that are on their way. Asks none to leave. */
export function stillLeaving({ deletion }: RunPlan, { clusters: { leaving } }: Standing, at: Moment): number {
  let open = 0;
  for (const cluster of deletion.clusters) {
    const bindings = leaving.get(cluster.clusterName) ?? [];
    if (bindings.length === 0) markGone(cluster, at);
    else if (isAskedToLeave(cluster, bindings)) open++;
  }
  return open;
}

function markGone(cluster: ClusterUpdatingStatus, at: Moment): void {
  if (saidOf(cluster, 'Started') !== true) markClusterStarted(cluster, at);
  markClusterSucceeded(cluster, at);
}

/** Whether the bindings of a cluster are on their way out, as far as this run knows. Throws when that cannot be. */
function isAskedToLeave(cluster: ClusterUpdatingStatus, bindings: readonly Binding[]): boolean {
  const { clusterName } = cluster;
  if (saidOf(cluster, 'Succeeded')) {
    const cause = `the deleted cluster \`${clusterName}\` in the deleting stage still has a binding`;
    throw abortedRun(unexpected(cause));
  }
  if (saidOf(cluster, 'Started') !== true) return false;
  if (bindings.every(({ metadata }) => metadata.deletionTimestamp)) return true;
  const cause = `the cluster \`${clusterName}\` in the deleting stage is marked as deleting but its corresponding binding is not deleting`;
  throw abortedRun(unexpected(cause));
}

async function remove(binding: Binding, { client, bindings, clock }: UpdateRunContext): Promise<void> {
  if (binding.metadata.deletionTimestamp) return;
  const { uid } = binding.metadata;
  const options = uid === undefined ? {} : { preconditions: { uid } };
  await ignoringMissing(client.delete(bindings.kind, refOf(binding), options));
  bindings.observeDelete(binding, rfc3339Seconds(clock.now()));
}
