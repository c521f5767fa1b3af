import type { ReplicaSet } from '../kinds/apps.ts';
import { compareAge, type Rollout, see } from './rollout.ts';
import { bounds, isRunning, newSetReplicas, scaleSet, total } from './scale.ts';

/** One step of a rolling update: grow the new set as far as allowed, else shrink the old ones. */
export async function rollOver(rollout: Rollout): Promise<void> {
  const { deployment, newSet, context } = rollout;
  if (!newSet) return;
  const replicas = deployment.spec.replicas ?? 1;
  const current = newSet.spec.replicas ?? 0;
  const wanted = current > replicas ? replicas : newSetReplicas(rollout);
  await scaleSet(newSet, wanted, rollout);
  if (wanted !== current) return;
  await shrinkOldSets(see(deployment, context));
}

async function shrinkOldSets(rollout: Rollout): Promise<void> {
  const { deployment, newSet, oldSets } = rollout;
  const running = oldSets.filter(isRunning).sort(compareAge);
  if (running.length === 0 || !newSet) return;
  const minAvailable = (deployment.spec.replicas ?? 1) - bounds(deployment).unavailable;
  const newUnavailable = (newSet.spec.replicas ?? 0) - availableOf(newSet);
  const spare = total(oldSets) + (newSet.spec.replicas ?? 0) - minAvailable - newUnavailable;
  if (spare <= 0) return;
  const afterUnhealthy = await dropUnhealthy(running, spare, rollout);
  await dropAvailable(afterUnhealthy, minAvailable, rollout);
}

function availableOf(set: ReplicaSet): number {
  return set.status?.availableReplicas ?? 0;
}

/** Old pods that are not available serve nobody: they go first, and do not count against availability. */
async function dropUnhealthy(
  sets: readonly ReplicaSet[],
  spare: number,
  rollout: Rollout,
): Promise<readonly ReplicaSet[]> {
  const left: ReplicaSet[] = [];
  let dropped = 0;
  for (const set of sets) {
    const replicas = set.spec.replicas ?? 0;
    const unhealthy = Math.max(0, Math.min(replicas - availableOf(set), spare - dropped));
    dropped += unhealthy;
    left.push(unhealthy > 0 ? await scaleSet(set, replicas - unhealthy, rollout) : set);
  }
  return left;
}

async function dropAvailable(
  sets: readonly ReplicaSet[],
  minAvailable: number,
  rollout: Rollout,
): Promise<void> {
  const { newSet } = rollout;
  const available = [...sets, ...(newSet ? [newSet] : [])].reduce((sum, set) => sum + availableOf(set), 0);
  let surplus = available - minAvailable;
  for (const set of sets) {
    if (surplus <= 0) return;
    const replicas = set.spec.replicas ?? 0;
    const drop = Math.min(replicas, surplus);
    if (drop === 0) continue;
    await scaleSet(set, replicas - drop, rollout);
    surplus -= drop;
  }
}
