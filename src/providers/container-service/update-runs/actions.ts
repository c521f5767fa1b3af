import { type ActionCall, ArmError, type ResourceAction, type ResourceRecord } from '../../../arm/index.ts';
import { progressId, withProgress } from './progress.ts';
import { internalsOf, withInternals, writtenWhole } from './record.ts';
import { skip } from './skip.ts';
import {
  type GroupUpdate,
  isUnderWay,
  type MemberUpdate,
  type RunStatus,
  type StageUpdate,
  type StepStatus,
  statusJson,
  statusOf,
  type UpdateState,
} from './status.ts';

/**
 * What is done to a run; its loop does what follows.
 * Source: https://learn.microsoft.com/azure/kubernetes-fleet/update-orchestration
 */
export const runActions: Readonly<Record<string, ResourceAction>> = {
  start: changing(({ record }) => start(record)),
  stop: changing(({ record, context }) => stop(record, context.clock.now())),
  skip: changing(({ record, body, context }) => skip(record, body, context.clock.now())),
};

/** What changes a run as it stands, and writes it whole. */
function changing(change: (call: Omit<ActionCall, 'update'>) => ResourceRecord): ResourceAction {
  return {
    mode: 'changing',
    restsOn: ({ id }) => [progressId(id)],
    async change(call) {
      const record = await withProgress(call.record, call.context.records);
      const changed = change({ ...call, record });
      return changed === record ? call.record : writtenWhole(changed);
    },
  };
}

function start(record: ResourceRecord): ResourceRecord {
  const { wanted } = internalsOf(record);
  const status = statusOf(record.properties);
  const { state } = status.status;
  if (state === 'Stopping') {
    throw notAllowed(
      record,
      'started',
      state,
      'It is being stopped; wait until the updates under way have ended.',
    );
  }
  if (state === 'Running' || state === 'Pending' || (state === 'NotStarted' && wanted === 'Running')) {
    return record;
  }
  if (state !== 'NotStarted') beginAgain(status);
  return withInternals(
    { ...record, properties: { ...record.properties, status: statusJson(status) } },
    { wanted: 'Running' },
  );
}

/** States of members that are tried again, by the state of a run that is started again; others stay as they are. */
const repeated: Partial<Record<UpdateState, readonly UpdateState[]>> = {
  Failed: ['Failed'],
  Completed: ['Failed', 'Skipped'],
  Skipped: ['Failed', 'Skipped'],
};

/** What was stopped goes on. What failed is tried again; once a run has come to its end, so is what was skipped. */
function beginAgain(status: RunStatus): void {
  const again: readonly UpdateState[] = ['Stopped', ...(repeated[status.status.state] ?? [])];
  const isRepeated = (member: MemberUpdate) => again.includes(member.status.state);
  for (const stage of status.stages) {
    for (const group of stage.groups) resetGroup(group, isRepeated);
    resetStage(stage);
  }
  status.status.state = 'Running';
  delete status.status.completedTime;
  delete status.status.error;
}

function resetGroup(group: GroupUpdate, isRepeated: (member: MemberUpdate) => boolean): void {
  const members = (group.members ?? []).filter(isRepeated);
  for (const member of members) {
    member.status = { state: 'NotStarted' };
    delete member.operationId;
    delete member.message;
  }
  group.failureCount = (group.members ?? []).filter(({ status }) => status.state === 'Failed').length;
  if (members.length > 0 || group.status.state === 'Failed') reopen(group.status);
}

function resetStage(stage: StageUpdate): void {
  stage.failureCount = stage.groups.reduce((sum, { failureCount }) => sum + failureCount, 0);
  const isOpen = stage.groups.some(
    ({ status }) => status.state !== 'Completed' && status.state !== 'Skipped',
  );
  if (isOpen || stage.status.state === 'Failed') reopen(stage.status);
}

/** A step that has begun once goes on where it was. */
function reopen(step: StepStatus): void {
  step.state = step.startTime === undefined ? 'NotStarted' : 'Stopped';
  delete step.completedTime;
  delete step.error;
}

function stop(record: ResourceRecord, nowMs: number): ResourceRecord {
  const { wanted } = internalsOf(record);
  const status = statusOf(record.properties);
  const { state } = status.status;
  if (state === 'Stopped' || (state === 'Stopping' && wanted === 'Stopped')) return record;
  const isStarted = wanted === 'Running' && (state === 'NotStarted' || isUnderWay(status.status));
  if (!isStarted)
    throw notAllowed(record, 'stopped', state, 'Only a run that has been started can be stopped.');
  status.status.state = 'Stopping';
  status.status.startTime ??= new Date(nowMs).toISOString();
  return withInternals(
    { ...record, properties: { ...record.properties, status: statusJson(status) } },
    { wanted: 'Stopped' },
  );
}

function notAllowed({ name }: ResourceRecord, done: string, state: UpdateState, why: string): ArmError {
  return new ArmError(
    409,
    'OperationNotAllowed',
    `The update run '${name}' cannot be ${done}: its state is ${state}. ${why}`,
  );
}
