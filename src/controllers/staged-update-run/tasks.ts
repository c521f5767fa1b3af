import { ClusterError } from '../../apimachinery/client.ts';
import { findCondition, isCurrent, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import { ignoringMissing, isAlreadyExists, refOf } from '../../apimachinery/kinds.ts';
import {
  latestApprovalLabel,
  targetRunLabel,
  targetStageLabel,
  taskTypeLabel,
} from '../kinds/fleet-names.ts';
import type {
  ApprovalRequest,
  StageConfig,
  StageTaskStatus,
  StageUpdatingStatus,
  UpdateRun,
} from '../kinds/staged.ts';
import { commitStatus } from '../shared/status.ts';
import { keyOf, shown, type UpdateRunContext } from './context.ts';
import { type Moment, markRequestApproved, markRequestCreated, markWaitElapsed, saidOf } from './marks.ts';
import { abortedRun, unexpected } from './refusal.ts';
import { waitMs } from './wait-time.ts';

interface Tasks {
  readonly run: UpdateRun;
  readonly stage: StageUpdatingStatus;
  readonly config: StageConfig;
  readonly at: Moment;
  readonly context: UpdateRunContext;
}

/** Asks for the approval before a stage; true once it is there, or where none is needed. */
export async function isApprovedBefore(tasks: Tasks): Promise<boolean> {
  const { beforeStageTasks = [] } = tasks.config;
  for (const [index, { type }] of beforeStageTasks.entries()) {
    if (type !== 'Approval') {
      throw abortedRun(unexpected(`found unsupported task type in before stage tasks: ${type}`));
    }
    const status = statusAt(tasks.stage, 'beforeStageTaskStatus', index);
    if (!(await isApproved(status, 'beforeStage', tasks))) return false;
  }
  return true;
}

/** What is still to be waited for after a stage: an approval, or a time that is known. */
export interface Waiting {
  readonly isDone: boolean;
  readonly leftMs: number | undefined;
}

/** Sees to the tasks after a stage, all of them at once. */
export async function waitAfter(tasks: Tasks): Promise<Waiting> {
  const { stage, config, at } = tasks;
  let isDone = true;
  let leftMs: number | undefined;
  for (const [index, { type, waitTime = '' }] of (config.afterStageTasks ?? []).entries()) {
    const status = statusAt(stage, 'afterStageTaskStatus', index);
    if (type === 'Approval') {
      if (!(await isApproved(status, 'afterStage', tasks))) isDone = false;
      continue;
    }
    const since = findCondition(stage.conditions, 'Progressing')?.lastTransitionTime ?? '';
    const openMs = Date.parse(since) + waitMs(waitTime) - at.nowMs;
    if (saidOf(status, 'WaitTimeElapsed') || openMs <= 0) markWaitElapsed(status, at);
    else {
      isDone = false;
      leftMs = openMs;
    }
  }
  return { isDone, leftMs };
}

/** The status of a task, which initialization has made. */
function statusAt(
  stage: StageUpdatingStatus,
  list: 'beforeStageTaskStatus' | 'afterStageTaskStatus',
  index: number,
): StageTaskStatus {
  const status = stage[list]?.[index];
  if (status) return status;
  throw abortedRun(unexpected(`the stage \`${stage.stageName}\` has no status of task ${index}`));
}

/** Whether the approval of a task is there. Makes the request for it, and takes note of an answer for good. */
async function isApproved(
  task: StageTaskStatus,
  taskType: 'beforeStage' | 'afterStage',
  tasks: Tasks,
): Promise<boolean> {
  if (saidOf(task, 'ApprovalRequestApproved')) return true;
  const { at, context } = tasks;
  const request = await requestOf(task, taskType, tasks);
  if (!request) return false;
  markRequestCreated(task, at);
  const { generation } = request.metadata;
  const says = (type: string) =>
    isCurrent(findCondition(request.status?.conditions, type), generation, 'True');
  if (!says('ApprovalAccepted')) {
    if (!says('Approved')) return false;
    await accept(request, context);
  }
  markRequestApproved(task, at);
  return true;
}

/** The request for an approval, made when there is none; undefined while an old one of its name is on its way out. */
async function requestOf(
  { approvalRequestName: name = '' }: StageTaskStatus,
  taskType: string,
  { run, config, context }: Tasks,
): Promise<ApprovalRequest | undefined> {
  const { namespace, name: runName = '' } = run.metadata;
  const { client, approvals } = context;
  let request = approvals.get(keyOf(namespace, name));
  if (!request) {
    const wanted = wantedRequest({ name, ...(namespace ? { namespace } : {}) }, config.name, {
      runName,
      taskType,
      context,
    });
    try {
      const created = await client.create(approvals.kind, wanted);
      approvals.observe(created);
      return created;
    } catch (thrown) {
      if (thrown instanceof ClusterError && thrown.status === 422) throw abortedRun(thrown.message);
      if (!isAlreadyExists(thrown)) throw thrown;
      request = await client.get(approvals.kind, refOf(wanted));
    }
  }
  const { parentStageRollout, targetStage } = request.spec;
  if (parentStageRollout !== runName || targetStage !== config.name) {
    const space = namespace ?? '';
    const cause = `the approval request task \`${shown(keyOf(namespace, name))}\` is targeting update run \`${space}/${parentStageRollout}\` and stage \`${targetStage}\`, want target update run \`${space}/${runName} and stage \`${config.name}\``;
    throw abortedRun(unexpected(cause));
  }
  if (!isOlder(request, run)) return request;
  // What was said to an earlier run of this name is not said to this one.
  await ignoringMissing(client.delete(approvals.kind, refOf(request)));
  return undefined;
}

function isOlder(request: ApprovalRequest, run: UpdateRun): boolean {
  const madeMs = ({ metadata }: ApprovalRequest | UpdateRun) => Date.parse(metadata.creationTimestamp ?? '');
  return madeMs(request) < madeMs(run);
}

function wantedRequest(
  ref: { readonly name: string; readonly namespace?: string },
  stageName: string,
  {
    runName,
    taskType,
    context,
  }: { readonly runName: string; readonly taskType: string; readonly context: UpdateRunContext },
): ApprovalRequest {
  const { apiVersion, kind } = context.approvals.kind;
  return {
    apiVersion,
    kind,
    metadata: {
      ...ref,
      labels: {
        [targetStageLabel]: stageName,
        [targetRunLabel]: runName,
        [taskTypeLabel]: taskType,
        [latestApprovalLabel]: 'true',
      },
    },
    spec: { parentStageRollout: runName, targetStage: stageName },
  };
}

async function accept(request: ApprovalRequest, context: UpdateRunContext): Promise<void> {
  const { generation = 0 } = request.metadata;
  const condition: NewCondition = {
    type: 'ApprovalAccepted',
    status: 'True',
    reason: 'ApprovalRequestApprovalAccepted',
    message: 'The approval request has been approved and cannot be reverted',
    observedGeneration: generation,
  };
  const conditions = withCondition(request.status?.conditions ?? [], condition, context.clock.now());
  const place = { client: context.client, informer: context.approvals };
  await commitStatus(request, { ...request.status, conditions }, place);
}
