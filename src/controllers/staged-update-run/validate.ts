import { jsonEqual } from '../../base/index.ts';
import type { StageUpdatingStatus, UpdateRun, UpdateRunStatus } from '../kinds/staged.ts';
import { applyStrategyOf } from '../shared/bind.ts';
import { maxConcurrencyOf } from './concurrency.ts';
import { placementKey, type UpdateRunContext } from './context.ts';
import { type Clusters, checkedCount, clustersOf, isScheduled, placementOf, policyOf } from './ground.ts';
import { saidOf } from './marks.ts';
import { abortedRun, byUser, unexpected } from './refusal.ts';
import { stagesOf } from './stages.ts';

/** What a run was initialized with, all of it there. */
export interface RunPlan {
  readonly status: UpdateRunStatus;
  readonly stages: StageUpdatingStatus[];
  readonly deletion: StageUpdatingStatus;
}

/** Where a run stands. */
export interface Standing {
  readonly clusters: Clusters;
  /** The stage that is next; one more than there are is the deletion, undefined is the end. */
  readonly stageAt: number | undefined;
}

/** The plan in the status of an initialized run. Throws when something of it is missing. */
export function planOf(status: UpdateRunStatus): RunPlan {
  const { stagedUpdateStrategySnapshot, stagesStatus: stages, deletionStageStatus: deletion } = status;
  const missing = (name: string) => abortedRun(unexpected(`the updateRun has nil ${name}`));
  if (!stagedUpdateStrategySnapshot) throw missing('updateStrategySnapshot');
  if (!stages) throw missing('stagesStatus');
  if (!deletion) throw missing('deletionStageStatus');
  if (!status.resourceSnapshotIndexUsed) throw missing('resourceSnapshotIndexUsed');
  return { status, stages, deletion };
}

/**
 * Compares what a run was initialized with to what there is now, and finds the stage that is next. Undefined while the
 * scheduler is at work on the placement. Throws when the run does not fit any more, or when its status cannot be.
 */
export function validate(run: UpdateRun, plan: RunPlan, context: UpdateRunContext): Standing | undefined {
  const { status } = plan;
  const placement = placementOf(run, context);
  const applyStrategy = applyStrategyOf(placement);
  if (!jsonEqual(status.appliedStrategy ?? {}, applyStrategy)) {
    const [latest, recorded] = [applyStrategy, status.appliedStrategy ?? {}].map((it) => JSON.stringify(it));
    const cause = `the applyStrategy in the updateRun is outdated, latest: ${latest}, recorded: ${recorded}`;
    throw abortedRun(byUser(cause));
  }
  const key = placementKey(run);
  const policy = policyOf(placement, key, context);
  if (!policy) return undefined;
  if (policy.index !== status.policySnapshotIndexUsed) {
    throw abortedRun(
      `the policy snapshot index used in the updateRun is outdated, latest: ${policy.index}, recorded: ${status.policySnapshotIndexUsed ?? ''}`,
    );
  }
  const { clusterCount = status.policyObservedClusterCount } = policy;
  if (clusterCount !== (status.policyObservedClusterCount ?? 0)) {
    throw abortedRun(
      `the cluster count initialized in the updateRun is outdated, latest: ${clusterCount}, recorded: ${status.policyObservedClusterCount ?? 0}`,
    );
  }
  if (!isScheduled(placement, policy)) return undefined;
  const clusters = clustersOf(policy, key, context);
  if (!clusters) return undefined;
  checkedCount(clusters, policy);
  checkClusters(run, plan, { clusters, context });
  return { clusters, stageAt: stageAt(plan, clusters) };
}

/** The clusters of each stage must be those that were found when the run was initialized, in the same order. */
function checkClusters(
  run: UpdateRun,
  { stages, status }: RunPlan,
  { clusters, context }: { readonly clusters: Clusters; readonly context: UpdateRunContext },
): void {
  const configs = status.stagedUpdateStrategySnapshot?.stages ?? [];
  const now = stagesOf(run, configs, { selected: clusters.selected.keys(), context });
  if (stages.length !== now.length) {
    throw abortedRun(
      `the number of stages in the updateRun has changed, new: ${now.length}, existing: ${stages.length}`,
    );
  }
  for (const [at, stage] of now.entries()) {
    const known = stages[at];
    if (known) checkStage(at, known, stage);
  }
}

function checkStage(at: number, known: StageUpdatingStatus, now: StageUpdatingStatus): void {
  if (known.stageName !== now.stageName) {
    throw abortedRun(
      `index \`${at}\` stage name in the updateRun has changed, new: ${now.stageName}, existing: ${known.stageName}`,
    );
  }
  if (known.clusters.length !== now.clusters.length) {
    throw abortedRun(
      `the number of clusters in index \`${at}\` stage has changed, new: ${now.clusters.length}, existing: ${known.clusters.length}`,
    );
  }
  for (const [position, { clusterName }] of now.clusters.entries()) {
    const before = known.clusters[position]?.clusterName;
    if (before === clusterName) continue;
    throw abortedRun(
      `the \`${position}\` cluster in the \`${at}\` stage has changed, new: ${clusterName}, existing: ${before}`,
    );
  }
}

/** Finds the stage that is next, and makes sure that those before it are done and those after it were not begun. */
function stageAt(plan: RunPlan, { leaving }: Clusters): number | undefined {
  const { stages, deletion } = plan;
  let done = 0;
  let current: number | undefined;
  for (const [at, stage] of stages.entries()) {
    const succeeded = saidOf(stage, 'Succeeded');
    if (succeeded === false) {
      const why = stage.conditions?.find(({ type }) => type === 'Succeeded')?.message ?? '';
      throw abortedRun(`the stage \`${stage.stageName}\` has failed, err: ${why}`);
    }
    if (succeeded) {
      checkFinished(at, stage, { current, done });
      done = at + 1;
    } else if (stage.conditions?.some(({ type }) => type === 'Progressing')) {
      checkUpdating(at, stage, { current, done, plan });
      current = at;
    }
  }
  const known = new Set(deletion.clusters.map(({ clusterName }) => clusterName));
  for (const name of leaving.keys()) {
    if (!known.has(name)) {
      throw abortedRun(unexpected(`the cluster \`${name}\` to be deleted is not in the delete stage`));
    }
  }
  return done < stages.length ? beforeDeletion(plan, { current, done }) : duringDeletion(plan);
}

interface Found {
  readonly current: number | undefined;
  /** Stages that are done, all at the beginning. */
  readonly done: number;
}

function checkFinished(at: number, stage: StageUpdatingStatus, { current, done }: Found): void {
  if (current !== undefined) {
    throw abortedRun(unexpected(`the finished stage \`${at}\` is after the updating stage \`${current}\``));
  }
  const open = stage.clusters.find((cluster) => saidOf(cluster, 'Succeeded') !== true);
  if (open) {
    const cause = `cluster \`${open.clusterName}\` in the finished stage \`${stage.stageName}\` has not succeeded`;
    throw abortedRun(unexpected(cause));
  }
  if (at !== done) {
    const cause = `the finished stage \`${stage.stageName}\` is not right after the last finished stage with index \`${done - 1}\``;
    throw abortedRun(unexpected(cause));
  }
}

function checkUpdating(
  at: number,
  stage: StageUpdatingStatus,
  { current, done, plan }: Found & { readonly plan: RunPlan },
): void {
  if (current !== undefined) {
    const cause = `the stage \`${stage.stageName}\` is updating, but there is already a stage with index \`${current}\` updating`;
    throw abortedRun(unexpected(cause));
  }
  if (at !== done) {
    const cause = `the updating stage \`${stage.stageName}\` is not right after the last finished stage with index \`${done - 1}\``;
    throw abortedRun(unexpected(cause));
  }
  const updating = stage.clusters.filter(
    (cluster) => saidOf(cluster, 'Started') === true && saidOf(cluster, 'Succeeded') !== true,
  ).length;
  const most = maxConcurrencyOf(plan.status, at);
  if (updating > most) {
    const cause = `the number of updating clusters \`${updating}\` in the updating stage \`${stage.stageName}\` exceeds maxConcurrency \`${most}\``;
    throw abortedRun(unexpected(cause));
  }
}

function beforeDeletion({ deletion }: RunPlan, { current, done }: Found): number {
  if (saidOf(deletion, 'Succeeded') !== undefined || saidOf(deletion, 'Progressing') === true) {
    const cause = `the delete stage is active, but there are still stages updating, updatingStageIndex: ${current ?? -1}, lastFinishedStageIndex: ${done - 1}`;
    throw abortedRun(unexpected(cause));
  }
  return current ?? done;
}

function duringDeletion({ stages, deletion }: RunPlan): number | undefined {
  const succeeded = saidOf(deletion, 'Succeeded');
  if (succeeded === true) return undefined;
  if (succeeded === undefined) return stages.length;
  const why = deletion.conditions?.find(({ type }) => type === 'Succeeded')?.message ?? '';
  throw abortedRun(`the delete stage has failed, err: ${why}`);
}
