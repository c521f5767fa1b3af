import { cloneJson } from '../../apimachinery/clone.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import { updateRunFinalizer } from '../kinds/fleet-names.ts';
import type { StageUpdatingStatus, UpdateRun, UpdateRunStatus } from '../kinds/staged.ts';
import { hold } from '../shared/finalizers.ts';
import { commitStatus } from '../shared/status.ts';
import { cleanUpRun, collectApprovals } from './clean-up.ts';
import type { UpdateRunContext } from './context.ts';
import { execute, type Progress } from './execute.ts';
import { initialize } from './initialize.ts';
import {
  isRunStopped,
  liftGenerations,
  type Moment,
  markInitialized,
  markRunFailed,
  markRunSucceeded,
  markStageFailed,
  saidOf,
} from './marks.ts';
import { AbortedRun } from './refusal.ts';
import { stop } from './stop.ts';
import { planOf, validate } from './validate.ts';

/**
 * One pass over a run: as many steps as can be taken now, each written down before the next. What a step did and did not
 * come to write down, as when the process ended, is found done by the next pass.
 */
export async function reconcileRun(key: string, context: UpdateRunContext): Promise<Reconciled | undefined> {
  const listed = context.runs.get(key);
  if (!listed) return collectApprovals(key, context);
  if (listed.metadata.deletionTimestamp) return cleanUpRun(listed, key, context);
  const place = { client: context.client, informer: context.runs };
  let run: UpdateRun | undefined = await hold(listed, updateRunFinalizer, place);
  while (run) {
    const step = await takeStep(run, context);
    if (!step) return undefined;
    run = await commitStatus(run, step.status, place);
    if (step.failure !== undefined) throw step.failure;
    if (step.again) continue;
    return step.againAfterMs === undefined ? undefined : { againAfterMs: step.againAfterMs };
  }
  return undefined;
}

interface Step extends Progress {
  readonly status: UpdateRunStatus;
}

/** Takes one step; undefined when there is nothing to do, or nothing before something else happens. */
async function takeStep(run: UpdateRun, context: UpdateRunContext): Promise<Step | undefined> {
  const { state = 'Initialize' } = run.spec;
  const isInitialized = saidOf(run.status ?? {}, 'Initialized');
  const isOver = isInitialized === false || saidOf(run.status ?? {}, 'Succeeded') !== undefined;
  if (isOver) return undefined;
  const status = cloneJson(run.status ?? {});
  const at = { generation: run.metadata.generation ?? 0, nowMs: context.clock.now() };
  liftGenerations(status, at.generation);
  if (!isInitialized) return begin(run, { status, at, context });
  if (state === 'Initialize' || (state === 'Stop' && isRunStopped(status))) return undefined;
  return goOn(run, state, { status, at, context });
}

interface Stepping {
  readonly status: UpdateRunStatus;
  readonly at: Moment;
  readonly context: UpdateRunContext;
}

async function begin(run: UpdateRun, { status, at, context }: Stepping): Promise<Step | undefined> {
  try {
    if (!(await initialize(run, status, context))) return undefined;
    markInitialized(status, at);
  } catch (thrown) {
    if (!(thrown instanceof AbortedRun)) throw thrown;
    markInitialized(status, at, thrown.message);
  }
  return { status, again: true };
}

async function goOn(
  run: UpdateRun,
  state: 'Run' | 'Stop',
  { status, at, context }: Stepping,
): Promise<Step | undefined> {
  let current: StageUpdatingStatus | undefined;
  try {
    const plan = planOf(status);
    const standing = validate(run, plan, context);
    if (!standing) return undefined;
    const { stageAt } = standing;
    if (stageAt === undefined) {
      markRunSucceeded(status, at);
      return { status };
    }
    current = plan.stages[stageAt] ?? plan.deletion;
    const executing = { run, plan, standing, at, context };
    const progress = state === 'Run' ? await execute(stageAt, executing) : stop(stageAt, executing);
    return { status, ...progress };
  } catch (thrown) {
    if (!(thrown instanceof AbortedRun)) throw thrown;
    if (current) markStageFailed(current, at, thrown.message);
    markRunFailed(status, at, thrown.message);
    return { status };
  }
}
