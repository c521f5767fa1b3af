import type { StageUpdatingStatus, UpdateRun } from '../kinds/staged.ts';
import { inBatches } from '../shared/batches.ts';
import { bind } from '../shared/bind.ts';
import { look, type StageView, type Startable, stuckAfterMs } from './clusters.ts';
import { maxConcurrencyOf } from './concurrency.ts';
import type { UpdateRunContext } from './context.ts';
import { executeDeleteStage } from './delete-stage.ts';
import {
  type Moment,
  markClusterStarted,
  markRunProgressing,
  markRunResumed,
  markRunStuck,
  markRunSucceeded,
  markRunWaiting,
  markStageSkipped,
  markStageStarted,
  markStageSucceeded,
  markStageWaiting,
} from './marks.ts';
import { together } from './refusal.ts';
import { isApprovedBefore, waitAfter } from './tasks.ts';
import type { RunPlan, Standing } from './validate.ts';

/** What a step of a run leaves to do. */
export interface Progress {
  /** The next step can be taken at once. */
  readonly again?: boolean;
  /** When waiting alone may lead on. */
  readonly againAfterMs?: number | undefined;
  /** A write that did not succeed, to be tried again. */
  readonly failure?: unknown;
}

export interface Executing {
  readonly run: UpdateRun;
  readonly plan: RunPlan;
  readonly standing: Standing;
  readonly at: Moment;
  readonly context: UpdateRunContext;
}

/** Takes a run a step further: in the stage at `stageAt`, or in the deletion after all stages. */
export async function execute(stageAt: number, executing: Executing): Promise<Progress> {
  const { plan, standing, at, context } = executing;
  markRunResumed(plan.status, at);
  const stage = plan.stages[stageAt];
  if (stage) return executeStage(stage, stageAt, executing);
  if (await executeDeleteStage(plan, standing, { at, context })) markRunSucceeded(plan.status, at);
  return {};
}

async function executeStage(
  stage: StageUpdatingStatus,
  stageAt: number,
  executing: Executing,
): Promise<Progress> {
  const { run, plan, standing, at, context } = executing;
  const config = plan.status.stagedUpdateStrategySnapshot?.stages[stageAt] ?? { name: stage.stageName };
  if (stage.clusters.length === 0) {
    markStageSkipped(stage, at);
    return { again: true };
  }
  const tasks = { run, stage, config, at, context };
  if (!(await isApprovedBefore(tasks))) {
    markStageWaiting(stage, at, 'before');
    markRunWaiting(plan.status, { when: 'before-stage', stage: stage.stageName }, at);
    return {};
  }
  const most = maxConcurrencyOf(plan.status, stageAt);
  const view = look({ run, plan, stage, bindings: standing.clusters.selected, most, at });
  if (view.refusals.length > 0) throw together(view.refusals);
  if (view.finished < stage.clusters.length) return update(stage, view, executing);
  if ((config.afterStageTasks ?? []).length > 0) {
    markStageWaiting(stage, at, 'after');
    const { isDone, leftMs } = await waitAfter(tasks);
    if (!isDone) {
      markRunWaiting(plan.status, { when: 'after-stage', stage: stage.stageName }, at);
      return { againAfterMs: leftMs };
    }
  }
  markRunProgressing(plan.status, at);
  markStageSucceeded(stage, at);
  return { again: true };
}

async function update(
  stage: StageUpdatingStatus,
  view: StageView,
  { run, plan, at, context }: Executing,
): Promise<Progress> {
  const { started, failure } = await start(view.startable, run, { at, context });
  if (started > 0 || view.updating.length > 0) markStageStarted(stage, at);
  const { stuck, stuckInMs = stuckAfterMs } = view;
  if (stuck.length > 0) markRunStuck(plan.status, { clusters: stuck, stage: stage.stageName }, at);
  else markRunProgressing(plan.status, at);
  return { failure, againAfterMs: Math.min(stuckInMs, stuckAfterMs) };
}

/** Begins the update of clusters. One that could not be begun stands in the way of no other. */
async function start(
  startable: readonly Startable[],
  { metadata: { name = '' }, spec }: UpdateRun,
  { at, context }: Pick<Executing, 'at' | 'context'>,
): Promise<{ readonly started: number; readonly failure: unknown }> {
  const startedBy = `, resourceSnapshotIndex: ${spec.resourceSnapshotIndex ?? ''}, updateRun: ${name}`;
  let started = 0;
  let failure: unknown;
  await inBatches(startable, async ({ cluster, binding, order }) => {
    try {
      await bind(binding, { order, startedBy }, context);
    } catch (thrown) {
      failure ??= thrown;
      return;
    }
    markClusterStarted(cluster, at);
    started++;
  });
  return { started, failure };
}
