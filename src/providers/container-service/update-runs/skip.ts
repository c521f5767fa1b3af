import { ArmError, type ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { requiredPropertyMissing } from '../update-strategies/strategy.ts';
import {
  end,
  type GateUpdate,
  type GroupUpdate,
  isDone,
  type MemberUpdate,
  type RunStatus,
  type StageUpdate,
  type StepStatus,
  statusJson,
  statusOf,
} from './status.ts';

const targetKinds = ['Member', 'Group', 'Stage', 'AfterStageWait'] as const;
type TargetKind = (typeof targetKinds)[number];

const mostTargets = 1_000;

/** The words of the service. */
const byRequest = 'skipped by request.';

/** The run without what `targets` name. What is under way is not interrupted; all or none of the targets are skipped. */
export function skip(record: ResourceRecord, body: JsonObject, nowMs: number): ResourceRecord {
  const targets = new Fields(body).objects('targets');
  if (targets.length === 0) throw requiredPropertyMissing('SkipProperties.Targets', record.id);
  if (targets.length > mostTargets) throw new Fields(body).wrong('targets', `at most ${mostTargets} targets`);
  const status = statusOf(record.properties);
  const now = new Date(nowMs).toISOString();
  for (const target of targets) {
    const kind = target.choice('type', targetKinds);
    const name = target.string('name');
    if (!kind) throw requiredPropertyMissing('SkipTarget.Type', record.id);
    if (!name) throw requiredPropertyMissing('SkipTarget.Name', record.id);
    skipTarget(status, { kind, name, run: record.name }, now);
  }
  return { ...record, properties: { ...record.properties, status: statusJson(status) } };
}

interface SkipTarget {
  readonly kind: TargetKind;
  readonly name: string;
  readonly run: string;
}

function skipTarget(status: RunStatus, target: SkipTarget, now: string): void {
  switch (target.kind) {
    case 'Stage':
      skipStage(stageNamed(status, target), target, now);
      return;
    case 'AfterStageWait': {
      const wait = stageNamed(status, target).afterStageWaitStatus;
      if (!wait) throw notFound(target);
      skipStep(wait.status, target, now);
      return;
    }
    case 'Group': {
      const group = status.stages.flatMap(({ groups }) => groups).find(({ name }) => name === target.name);
      if (!group) throw notFound(target);
      skipGroup(group, target, now);
      return;
    }
    case 'Member': {
      const member = status.stages
        .flatMap(({ groups }) => groups)
        .flatMap(({ members = [] }) => members)
        .find(({ name }) => name === target.name);
      if (!member) throw notFound(target);
      skipStep(member.status, target, now);
      member.message = byRequest;
    }
  }
}

function stageNamed({ stages }: RunStatus, target: SkipTarget): StageUpdate {
  const stage = stages.find(({ name }) => name === target.name);
  if (!stage) throw notFound(target);
  return stage;
}

function skipStage(stage: StageUpdate, target: SkipTarget, now: string): void {
  refuseDone(stage.status, target);
  for (const group of stage.groups) skipLeft(group, now);
  skipGates(stage, now);
  const wait = stage.afterStageWaitStatus?.status;
  if (wait && !isDone(wait)) markSkipped(wait, now);
  if (stage.groups.every(({ status }) => isDone(status))) markSkipped(stage.status, now);
}

function skipGroup(group: GroupUpdate, target: SkipTarget, now: string): void {
  refuseDone(group.status, target);
  skipLeft(group, now);
}

/** Members that are being updated end on their own, and the group with them. */
function skipLeft(group: GroupUpdate, now: string): void {
  if (isDone(group.status)) return;
  const members = group.members ?? [];
  for (const member of members) if (!isSettled(member)) skipMember(member, now);
  skipGates(group, now);
  if (members.every(({ status }) => isDone(status))) markSkipped(group.status, now);
}

function isSettled({ status }: MemberUpdate): boolean {
  return isDone(status) || status.state === 'Running';
}

function skipMember(member: MemberUpdate, now: string): void {
  markSkipped(member.status, now);
  member.message = byRequest;
}

function skipGates(
  { beforeGates = [], afterGates = [] }: { beforeGates?: GateUpdate[]; afterGates?: GateUpdate[] },
  now: string,
): void {
  for (const { status } of [...beforeGates, ...afterGates]) if (!isDone(status)) markSkipped(status, now);
}

function skipStep(step: StepStatus, target: SkipTarget, now: string): void {
  refuseDone(step, target);
  if (step.state === 'Running' && target.kind === 'Member') throw cannotSkip(step, target);
  markSkipped(step, now);
}

function markSkipped(step: StepStatus, now: string): void {
  end(step, 'Skipped', now);
  delete step.error;
}

function refuseDone(step: StepStatus, target: SkipTarget): void {
  if (step.state === 'Completed') throw cannotSkip(step, target);
}

function cannotSkip({ state }: StepStatus, { kind, name, run }: SkipTarget): ArmError {
  return new ArmError(
    409,
    'OperationNotAllowed',
    `The ${kind} '${name}' of the update run '${run}' cannot be skipped: its state is ${state}.`,
  );
}

function notFound({ kind, name, run }: SkipTarget): ArmError {
  return new ArmError(
    400,
    'InvalidParameter',
    `The value of parameter targets is invalid. Error details: the update run '${run}' has no ${kind} '${name}'.`,
    { target: 'targets' },
  );
}
