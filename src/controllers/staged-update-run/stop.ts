import type { StageUpdatingStatus } from '../kinds/staged.ts';
import { look } from './clusters.ts';
import { stillLeaving } from './delete-stage.ts';
import type { Executing, Progress } from './execute.ts';
import {
  markRunStopped,
  markRunStopping,
  markRunStuck,
  markStageStopped,
  markStageStopping,
} from './marks.ts';
import { together } from './refusal.ts';

/** Begins nothing new, and is stopped when what began has come to its end. */
export function stop(stageAt: number, executing: Executing): Progress {
  const { plan, standing, at } = executing;
  markRunStopping(plan.status, at);
  const stage = plan.stages[stageAt];
  if (stage) return stopStage(stage, executing);
  markStageStopping(plan.deletion, at);
  if (stillLeaving(plan, standing, at) === 0) settle(plan.deletion, executing);
  return {};
}

function stopStage(stage: StageUpdatingStatus, executing: Executing): Progress {
  const { run, plan, standing, at } = executing;
  markStageStopping(stage, at);
  const view = look({ run, plan, stage, bindings: standing.clusters.selected, most: 0, at });
  if (view.refusals.length > 0) throw together(view.refusals);
  const { updating, stuck, stuckInMs } = view;
  if (updating.length === 0) settle(stage, executing);
  else if (stuck.length > 0) markRunStuck(plan.status, { clusters: stuck, stage: stage.stageName }, at);
  return { againAfterMs: stuckInMs };
}

function settle(stage: StageUpdatingStatus, { plan, at }: Executing): void {
  markStageStopped(stage, at);
  markRunStopped(plan.status, at);
}
