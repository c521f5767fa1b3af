import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import { replicaSets } from '../kinds/apps.ts';
import { type Rollout, revisionOf } from './rollout.ts';

const defaultHistory = 10;

/** Removes the oldest empty sets beyond the history that the deployment keeps. */
export async function cleanUpRevisions({ deployment, newSet, oldSets, context }: Rollout): Promise<void> {
  const limit = deployment.spec.revisionHistoryLimit ?? defaultHistory;
  const surplus = oldSets.length - limit;
  if (surplus <= 0 || !newSet) return;
  const oldest = [...oldSets].sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, surplus);
  for (const set of oldest) {
    const inUse = (set.spec.replicas ?? 0) > 0 || (set.status?.replicas ?? 0) > 0;
    const lagging = (set.metadata.generation ?? 0) > (set.status?.observedGeneration ?? 0);
    if (inUse || lagging) continue;
    await ignoringMissing(context.client.delete(replicaSets, refOf(set)));
  }
}
