import { cloneJson } from '../../apimachinery/clone.ts';
import { updateRunDeleteStage } from '../kinds/fleet-names.ts';
import type { Placement } from '../kinds/placement.ts';
import type { StageConfig, UpdateRun, UpdateRunStatus, UpdateStrategySpec } from '../kinds/staged.ts';
import { applyStrategyOf } from '../shared/bind.ts';
import { matchOverrides, overrideCandidates } from '../shared/override-matching.ts';
import { keyOf, placementKey, shown, type UpdateRunContext } from './context.ts';
import { checkedCount, clustersOf, isScheduled, placementOf, policyOf } from './ground.ts';
import { byUser, invalidRun } from './refusal.ts';
import { resourcesOf } from './resources.ts';
import { checkStages, stagesOf } from './stages.ts';
import { goWaitTime } from './wait-time.ts';

/**
 * Writes into the status what a run is going to do: resources, overrides and clusters, stage by stage. Nothing of it
 * changes afterwards. False while the scheduler is at work on the placement. Throws what keeps the run from ever beginning.
 */
export async function initialize(
  run: UpdateRun,
  status: UpdateRunStatus,
  context: UpdateRunContext,
): Promise<boolean> {
  const placement = placementOf(run, context);
  const key = placementKey(run);
  const policy = policyOf(placement, key, context);
  if (!policy || !isScheduled(placement, policy)) return false;
  const clusters = clustersOf(policy, key, context);
  if (!clusters) return false;
  status.policyObservedClusterCount = checkedCount(clusters, policy);
  status.policySnapshotIndexUsed = policy.index;
  status.appliedStrategy = applyStrategyOf(placement);
  const strategy = strategyOf(run, context);
  checkStages(run, strategy.stages);
  status.stagedUpdateStrategySnapshot = strategy;
  const selected = clusters.selected.keys();
  status.stagesStatus = stagesOf(run, strategy.stages, { selected, context });
  status.deletionStageStatus = {
    stageName: updateRunDeleteStage,
    clusters: [...clusters.leaving.keys()].sort().map((clusterName) => ({ clusterName })),
  };
  await freezeResources(placement, { run, status, context });
  return true;
}

/** The strategy as it is now; what becomes of it later is nothing to the run. */
function strategyOf(run: UpdateRun, context: UpdateRunContext): UpdateStrategySpec {
  const key = keyOf(run.metadata.namespace, run.spec.stagedRolloutStrategyName);
  const strategy = context.strategies.get(key);
  if (!strategy) throw invalidRun(byUser(`referenced updateStrategy not found: \`${shown(key)}\``));
  const spec = cloneJson(strategy.spec);
  for (const stage of spec.stages) normalizeTasks(stage);
  return spec;
}

/** An approval does not wait for a time, and a time is written as Go writes it. */
function normalizeTasks({ beforeStageTasks = [], afterStageTasks = [] }: StageConfig): void {
  for (const task of [...beforeStageTasks, ...afterStageTasks]) {
    if (task.type === 'Approval') delete task.waitTime;
    else if (task.waitTime !== undefined) task.waitTime = goWaitTime(task.waitTime);
  }
}

interface Freezing {
  readonly run: UpdateRun;
  readonly status: UpdateRunStatus;
  readonly context: UpdateRunContext;
}

/** The resources, and for each cluster the overrides of them as they are now. */
async function freezeResources(placement: Placement, { run, status, context }: Freezing): Promise<void> {
  const { index, selected } = await resourcesOf(run, placement, context);
  status.resourceSnapshotIndexUsed = index;
  const { name = '', namespace } = placement.metadata;
  const candidates = overrideCandidates({ placement: { name, namespace }, selected }, context.overrides);
  for (const cluster of (status.stagesStatus ?? []).flatMap(({ clusters }) => clusters)) {
    const member = context.members.get(cluster.clusterName);
    if (!member) continue;
    const { clusterResourceOverrideSnapshots, resourceOverrideSnapshots } = matchOverrides(
      candidates,
      member,
    );
    if (clusterResourceOverrideSnapshots.length > 0) {
      cluster.clusterResourceOverrideSnapshots = clusterResourceOverrideSnapshots;
    }
    if (resourceOverrideSnapshots.length > 0) cluster.resourceOverrideSnapshots = resourceOverrideSnapshots;
  }
}
