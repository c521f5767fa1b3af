import { findCondition, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import type {
  ClusterUpdatingStatus,
  StageTaskStatus,
  StageUpdatingStatus,
  UpdateRunStatus,
} from '../kinds/staged.ts';

/** Of which generation of the run something is said, and when (milliseconds since the epoch). */
export interface Moment {
  readonly generation: number;
  readonly nowMs: number;
}

/** What conditions are said of. */
interface Conditioned {
  conditions?: FullCondition[];
}

type Said = readonly [type: string, status: NewCondition['status'], reason: string, message: string];

function say(of: Conditioned, [type, status, reason, message]: Said, { generation, nowMs }: Moment): void {
  const condition: NewCondition = { type, status, reason, message, observedGeneration: generation };
  of.conditions = withCondition(of.conditions ?? [], condition, nowMs);
}

/** Whether that is so, or is not; undefined while nothing is said about it. */
export function saidOf({ conditions }: Conditioned, type: string): boolean | undefined {
  const status = findCondition(conditions, type)?.status;
  return status === 'True' ? true : status === 'False' ? false : undefined;
}

/** Every condition is of the current generation: a change of the state changes nothing that was found out before. */
export function liftGenerations(status: UpdateRunStatus, generation: number): void {
  const { stagesStatus = [], deletionStageStatus } = status;
  const lift = (of: Conditioned) => {
    for (const condition of of.conditions ?? []) condition.observedGeneration = generation;
  };
  lift(status);
  for (const stage of deletionStageStatus ? [...stagesStatus, deletionStageStatus] : stagesStatus) {
    const { clusters, beforeStageTaskStatus = [], afterStageTaskStatus = [] } = stage;
    for (const of of [stage, ...clusters, ...beforeStageTaskStatus, ...afterStageTaskStatus]) lift(of);
  }
}

const initialized = {
  True: 'UpdateRunInitializedSuccessfully',
  False: 'UpdateRunInitializedFailed',
} as const;

export function markInitialized(run: UpdateRunStatus, at: Moment, failure?: string): void {
  const status = failure === undefined ? 'True' : 'False';
  const message = failure ?? 'The UpdateRun initialized successfully';
  say(run, ['Initialized', status, initialized[status], message], at);
}

export function markRunProgressing(run: UpdateRunStatus, at: Moment): void {
  say(run, ['Progressing', 'True', 'UpdateRunProgressing', 'The update run is making progress'], at);
}

/** Why a run that is not stopped makes no progress. */
const pauses = new Set(['UpdateRunWaiting', 'UpdateRunStuck']);

/** A run that waits or is stuck goes on being so until it is seen to be otherwise. */
export function markRunResumed(run: UpdateRunStatus, at: Moment): void {
  if (!pauses.has(progressOf(run) ?? '')) markRunProgressing(run, at);
}

function progressOf(of: Conditioned): string | undefined {
  return findCondition(of.conditions, 'Progressing')?.reason;
}

export function markRunWaiting(
  run: UpdateRunStatus,
  { when, stage }: { readonly when: 'before-stage' | 'after-stage'; readonly stage: string },
  at: Moment,
): void {
  const message = `The updateRun is waiting for ${when} tasks in stage ${stage} to complete`;
  say(run, ['Progressing', 'False', 'UpdateRunWaiting', message], at);
}

/** Stuck clusters are named up to this number. */
const namedClustersLimit = 3;

export function markRunStuck(
  run: UpdateRunStatus,
  { clusters, stage }: { readonly clusters: readonly string[]; readonly stage: string },
  at: Moment,
): void {
  const more = clusters.length > namedClustersLimit ? '...' : '';
  const named = `${clusters.slice(0, namedClustersLimit).join(', ')}${more}`;
  const message = `The updateRun is stuck waiting for ${named} cluster(s) in stage ${stage} to finish updating, please check placement status for potential errors`;
  say(run, ['Progressing', 'False', 'UpdateRunStuck', message], at);
}

export function markRunStopping(run: UpdateRunStatus, at: Moment): void {
  const message =
    'The update run is the process of stopping, waiting for all the updating/deleting clusters to finish updating before completing the stop process';
  say(run, ['Progressing', 'Unknown', 'UpdateRunStopping', message], at);
}

export function markRunStopped(run: UpdateRunStatus, at: Moment): void {
  say(run, ['Progressing', 'False', 'UpdateRunStopped', 'The update run has been stopped'], at);
}

export function isRunStopped(run: UpdateRunStatus): boolean {
  return progressOf(run) === 'UpdateRunStopped';
}

export function markRunSucceeded(run: UpdateRunStatus, at: Moment): void {
  const reason = 'UpdateRunSucceeded';
  say(run, ['Progressing', 'False', reason, 'All stages are completed'], at);
  say(run, ['Succeeded', 'True', reason, 'All stages are completed successfully'], at);
}

export function markRunFailed(run: UpdateRunStatus, at: Moment, why: string): void {
  const reason = 'UpdateRunFailed';
  say(run, ['Progressing', 'False', reason, 'The stages are aborted due to a non-recoverable error'], at);
  say(run, ['Succeeded', 'False', reason, why], at);
}

export function markStageStarted(stage: StageUpdatingStatus, at: Moment): void {
  stage.startTime ??= rfc3339Seconds(at.nowMs);
  say(stage, ['Progressing', 'True', 'StageUpdatingStarted', 'Clusters in the stage started updating'], at);
}

export function markStageWaiting(stage: StageUpdatingStatus, at: Moment, when: 'before' | 'after'): void {
  const message =
    when === 'before'
      ? 'Not all before-stage tasks are completed, waiting for approval'
      : 'All clusters in the stage are updated, waiting for after-stage tasks to complete';
  say(stage, ['Progressing', 'False', 'StageUpdatingWaiting', message], at);
}

export function markStageStopping(stage: StageUpdatingStatus, at: Moment): void {
  const message =
    'Waiting for all the updating clusters to finish updating before completing the stop process';
  say(stage, ['Progressing', 'Unknown', 'StageUpdatingStopping', message], at);
}

export function markStageStopped(stage: StageUpdatingStatus, at: Moment): void {
  const message =
    'All the updating clusters have finished updating, the stage is now stopped, waiting to be resumed';
  say(stage, ['Progressing', 'False', 'StageUpdatingStopped', message], at);
}

export function markStageSucceeded(stage: StageUpdatingStatus, at: Moment): void {
  stage.endTime ??= rfc3339Seconds(at.nowMs);
  const reason = 'StageUpdatingSucceeded';
  const done = 'All clusters in the stage are updated and after-stage tasks are completed';
  say(stage, ['Progressing', 'False', reason, done], at);
  say(stage, ['Succeeded', 'True', reason, 'Stage update completed successfully'], at);
}

export function markStageSkipped(stage: StageUpdatingStatus, at: Moment): void {
  stage.startTime ??= rfc3339Seconds(at.nowMs);
  stage.endTime ??= rfc3339Seconds(at.nowMs);
  const reason = 'StageUpdatingSkippedNoClusters';
  const message = 'Stage skipped because it has no clusters';
  say(stage, ['Progressing', 'False', reason, message], at);
  say(stage, ['Succeeded', 'True', reason, message], at);
}

export function markStageFailed(stage: StageUpdatingStatus, at: Moment, why: string): void {
  stage.endTime ??= rfc3339Seconds(at.nowMs);
  const reason = 'StageUpdatingFailed';
  say(stage, ['Progressing', 'False', reason, 'Stage update aborted due to a non-recoverable error'], at);
  say(stage, ['Succeeded', 'False', reason, why], at);
}

export function markClusterStarted(cluster: ClusterUpdatingStatus, at: Moment): void {
  say(cluster, ['Started', 'True', 'ClusterUpdatingStarted', 'Cluster update started'], at);
}

export function markClusterSucceeded(cluster: ClusterUpdatingStatus, at: Moment): void {
  const message = 'Cluster update completed successfully';
  say(cluster, ['Succeeded', 'True', 'ClusterUpdatingSucceeded', message], at);
}

export function markClusterFailed(cluster: ClusterUpdatingStatus, at: Moment, why: string): void {
  say(cluster, ['Succeeded', 'False', 'ClusterUpdatingFailed', why], at);
}

export function markRequestCreated(task: StageTaskStatus, at: Moment): void {
  const message = 'ApprovalRequest object is created';
  say(task, ['ApprovalRequestCreated', 'True', 'StageTaskApprovalRequestCreated', message], at);
}

export function markRequestApproved(task: StageTaskStatus, at: Moment): void {
  const message = 'ApprovalRequest object is approved';
  say(task, ['ApprovalRequestApproved', 'True', 'StageTaskApprovalRequestApproved', message], at);
}

export function markWaitElapsed(task: StageTaskStatus, at: Moment): void {
  say(task, ['WaitTimeElapsed', 'True', 'AfterStageTaskWaitTimeElapsed', 'Wait time elapsed'], at);
}
