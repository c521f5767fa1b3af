import type { PlannedGate, PlannedStage } from './record.ts';
import {
  end,
  enter,
  type GateUpdate,
  type GroupUpdate,
  isDone,
  isOver,
  type MemberUpdate,
  membersOf,
  type RunStatus,
  type StageUpdate,
  type StepStatus,
  type StepUpdate,
} from './status.ts';

/** What stands in the way of a member's update, or what came of it. */
export type MemberFact =
  | { readonly kind: 'ready' | 'running' | 'succeeded' }
  /** It was about to begin, and the cluster has not been told. */
  | { readonly kind: 'not ordered' }
  /** Not yet: the reason, in words for whoever waits. */
  | { readonly kind: 'waiting' | 'skipped'; readonly message: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** What the run finds outside itself. */
export interface Surroundings {
  readonly nowMs: number;
  readonly wantsToStop: boolean;
  readonly plan: readonly PlannedStage[];
  /** Of the members of the stage that is being worked on. */
  readonly members: ReadonlyMap<string, MemberFact>;
  /** State of gates that have been made. */
  readonly gates: ReadonlyMap<string, 'Pending' | 'Completed' | 'Skipped'>;
  gateId(gate: PlannedGate): string;
  /** An id for the update of a member that begins. */
  operationId(): string;
}

/** The first stage that is not done; undefined when there is none. */
export function currentStage(status: RunStatus): StageUpdate | undefined {
  return status.stages.find((stage) => !isDone(stage.status));
}

/**
 * Moves a started run as far as what is known allows, and tells when it has to be looked at again at the latest (milliseconds
 * since the Unix epoch). Nothing is done here: what begins stands in the status with its operation, and is ordered from there.
 */
export function advance(run: RunStatus, around: Surroundings): { readonly wakeAtMs?: number } {
  const now = new Date(around.nowMs).toISOString();
  const wake: number[] = [];
  for (const [at, stage] of run.stages.entries()) {
    if (isDone(stage.status)) continue;
    advanceStage(new StagePass(stage, around.plan[at], around, wake), now);
    if (!isDone(stage.status)) break;
  }
  run.failureCount = run.stages.reduce((sum, { failureCount }) => sum + failureCount, 0);
  concludeRun(run, now);
  return wake.length > 0 ? { wakeAtMs: Math.min(...wake) } : {};
}

function concludeRun(run: RunStatus, now: string): void {
  const stage = currentStage(run);
  if (!stage) {
    end(
      run.status,
      run.stages.every(({ status }) => status.state === 'Skipped') ? 'Skipped' : 'Completed',
      now,
    );
    return;
  }
  const { state } = stage.status;
  if (state === 'Stopped' || state === 'NotStarted') end(run.status, 'Stopped', now);
  else if (state === 'Failed') {
    end(run.status, 'Failed', now);
    if (stage.status.error) run.status.error = { ...stage.status.error };
  } else if (state === 'Stopping') run.status.state = 'Stopping';
  else enter(run.status, state === 'Pending' ? 'Pending' : 'Running', now);
}

/** One stage with what is known about it. */
class StagePass {
  readonly stage: StageUpdate;
  readonly plan: PlannedStage | undefined;
  readonly around: Surroundings;
  /** Moments at which something may have changed by itself. */
  readonly wake: number[];

  constructor(stage: StageUpdate, plan: PlannedStage | undefined, around: Surroundings, wake: number[]) {
    this.stage = stage;
    this.plan = plan;
    this.around = around;
    this.wake = wake;
  }

  /** Nothing new begins: somebody wants it to stop, or too many updates have failed. */
  get isHalted(): boolean {
    return this.around.wantsToStop || this.hasFailed;
  }

  get hasFailed(): boolean {
    return hasFailed(this.stage) || this.stage.groups.some(hasFailed);
  }

  get runningMembers(): number {
    return membersOf(this.stage).filter(({ status }) => status.state === 'Running').length;
  }
}

function hasFailed({ failureCount, maxAllowedFailures }: StepUpdate): boolean {
  return failureCount > maxAllowedFailures;
}

function advanceStage(pass: StagePass, now: string): void {
  const { stage, plan, around } = pass;
  settleMembers(pass, now);
  if (pass.isHalted) {
    haltStage(pass, now);
    return;
  }
  enter(stage.status, 'Running', now);
  if (!passGates(stage.beforeGates, plan?.before, { around, now })) {
    stage.status.state = 'Pending';
    return;
  }
  for (const [at, group] of stage.groups.entries()) {
    if (!isDone(group.status)) advanceGroup(pass, { group, at, now });
  }
  if (pass.isHalted) {
    haltStage(pass, now);
    return;
  }
  if (stage.groups.every(({ status }) => isDone(status))) {
    concludeStage(pass, now);
    return;
  }
  const waits = stage.groups.every(
    ({ status }) => status.state === 'Pending' || status.state === 'NotStarted' || isDone(status),
  );
  if (waits) stage.status.state = 'Pending';
}

/** Takes over what has become of the updates under way. */
function settleMembers({ stage, around }: StagePass, now: string): void {
  for (const group of stage.groups) {
    for (const member of group.members ?? []) {
      const fact = around.members.get(member.name);
      if (member.status.state === 'Running' && fact) settleMember(member, fact, now);
    }
    group.failureCount = (group.members ?? []).filter(({ status }) => status.state === 'Failed').length;
  }
  stage.failureCount = stage.groups.reduce((sum, { failureCount }) => sum + failureCount, 0);
}

function settleMember(member: MemberUpdate, fact: MemberFact, now: string): void {
  if (fact.kind === 'succeeded') {
    end(member.status, 'Completed', now);
    delete member.message;
  } else if (fact.kind === 'failed') failMember(member, fact, now);
  else if (fact.kind === 'not ordered') {
    member.status = { state: 'NotStarted' };
    delete member.operationId;
  }
}

function failMember(
  member: MemberUpdate,
  { code, message }: { readonly code: string; readonly message: string },
  now: string,
): void {
  end(member.status, 'Failed', now);
  member.status.error = { code, message };
  member.message = message;
}

function advanceGroup(
  pass: StagePass,
  { group, at, now }: { readonly group: GroupUpdate; readonly at: number; readonly now: string },
): void {
  const { around, plan } = pass;
  const gates = plan?.groups[at];
  enter(group.status, 'Running', now);
  if (!passGates(group.beforeGates, gates?.before, { around, now })) {
    group.status.state = 'Pending';
    return;
  }
  beginMembers(pass, group, now);
  if (pass.isHalted) return;
  const members = group.members ?? [];
  if (members.every(({ status }) => isOver(status))) {
    if (!passGates(group.afterGates, gates?.after, { around, now })) group.status.state = 'Pending';
    else end(group.status, members.every(isSkipped) ? 'Skipped' : 'Completed', now);
    return;
  }
  const isWaiting = members.every(({ status }) => status.state !== 'Running');
  if (isWaiting && members.some(({ status }) => status.state === 'Pending')) group.status.state = 'Pending';
}

/** Begins as many updates as the group and its stage allow at a time. */
function beginMembers(pass: StagePass, group: GroupUpdate, now: string): void {
  const { stage, around } = pass;
  const members = group.members ?? [];
  let running = members.filter(({ status }) => status.state === 'Running').length;
  let inStage = pass.runningMembers;
  for (const member of members) {
    if (pass.isHalted) return;
    if (member.status.state === 'Running' || isOver(member.status)) continue;
    if (running >= group.maxConcurrency || inStage >= stage.maxConcurrency) return;
    const fact = around.members.get(member.name);
    if (fact) beginMember(member, fact, { around, now });
    if (isRunning(member)) {
      running++;
      inStage++;
    }
    if (member.status.state === 'Failed') settleMembers(pass, now);
  }
}

function beginMember(
  member: MemberUpdate,
  fact: MemberFact,
  { around, now }: { readonly around: Surroundings; readonly now: string },
): void {
  if (fact.kind === 'skipped') {
    end(member.status, 'Skipped', now);
    member.message = fact.message;
  } else if (fact.kind === 'waiting') {
    enter(member.status, 'Pending', now);
    member.message = fact.message;
  } else if (fact.kind === 'failed') failMember(member, fact, now);
  else {
    enter(member.status, 'Running', now);
    member.operationId = around.operationId();
    delete member.message;
  }
}

function isRunning({ status }: MemberUpdate): boolean {
  return status.state === 'Running';
}

/** True when every gate is passed; those that the run has come to wait for it from now on. */
function passGates(
  gates: GateUpdate[] | undefined,
  plan: readonly PlannedGate[] | undefined,
  { around, now }: { readonly around: Surroundings; readonly now: string },
): boolean {
  let isOpen = true;
  for (const [at, gate] of (gates ?? []).entries()) {
    const planned = plan?.[at];
    if (isDone(gate.status) || !planned) continue;
    if (gate.gateId === undefined) {
      gate.gateId = around.gateId(planned);
      enter(gate.status, 'Pending', now);
    }
    const state = around.gates.get(planned.id);
    if (state === 'Completed' || state === 'Skipped') end(gate.status, state, now);
    else isOpen = false;
  }
  return isOpen;
}

/** What comes after the groups: the gates and the wait begin together, and both must be over. */
function concludeStage(pass: StagePass, now: string): void {
  const { stage, plan, around } = pass;
  const isAllSkipped = stage.groups.every(isSkipped);
  const isOpen = passGates(stage.afterGates, plan?.after, { around, now });
  const hasWaited = passWait(pass, { now, isNeeded: !isAllSkipped });
  if (isOpen && hasWaited) end(stage.status, isAllSkipped ? 'Skipped' : 'Completed', now);
  else stage.status.state = isOpen ? 'Running' : 'Pending';
}

/** True when the wait is over. After a stage in which nothing was updated there is nothing to wait for. */
function passWait(
  { stage, around, wake }: StagePass,
  { now, isNeeded }: { readonly now: string; readonly isNeeded: boolean },
): boolean {
  const wait = stage.afterStageWaitStatus;
  if (!wait || isDone(wait.status)) return true;
  if (!isNeeded) {
    end(wait.status, 'Skipped', now);
    return true;
  }
  enter(wait.status, 'Running', now);
  const overAtMs = Date.parse(wait.status.startTime ?? now) + wait.waitDurationInSeconds * 1000;
  if (overAtMs <= around.nowMs) {
    end(wait.status, 'Completed', now);
    return true;
  }
  wake.push(overAtMs);
  return false;
}

function isSkipped({ status }: { readonly status: StepStatus }): boolean {
  return status.state === 'Skipped';
}

/** What runs goes on to its end; then the stage has stopped or failed. */
function haltStage(pass: StagePass, now: string): void {
  const { stage } = pass;
  for (const group of stage.groups) haltGroup(group, now);
  const wait = stage.afterStageWaitStatus?.status;
  if (wait?.state === 'Running') end(wait, 'Stopped', now);
  if (pass.runningMembers > 0) {
    stage.status.state = 'Stopping';
    return;
  }
  if (pass.hasFailed) failStep(stage, membersOf(stage), now);
  else if (stage.status.state !== 'NotStarted') end(stage.status, 'Stopped', now);
}

function haltGroup(group: GroupUpdate, now: string): void {
  if (isDone(group.status)) return;
  const members = group.members ?? [];
  for (const { status } of members) if (status.state === 'Pending') end(status, 'Stopped', now);
  if (members.some(({ status }) => status.state === 'Running')) {
    group.status.state = 'Stopping';
    return;
  }
  if (hasFailed(group)) failStep(group, members, now);
  else if (group.status.state !== 'NotStarted') end(group.status, stateAtHalt(group), now);
}

/** A group with nothing left to do has ended, whatever becomes of the others. */
function stateAtHalt({ members = [], afterGates = [] }: GroupUpdate): 'Completed' | 'Skipped' | 'Stopped' {
  const isLeft =
    members.some(({ status }) => !isOver(status)) || afterGates.some(({ status }) => !isDone(status));
  if (isLeft) return 'Stopped';
  return members.every(isSkipped) ? 'Skipped' : 'Completed';
}

/** A step fails with the reason of its first member that did. */
function failStep(step: StepUpdate, members: readonly MemberUpdate[], now: string): void {
  const failed = members.filter(({ status }) => status.state === 'Failed');
  const [first] = failed;
  const others = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
  end(step.status, 'Failed', now);
  step.status.error = {
    code: first?.status.error?.code ?? 'UpdateFailed',
    message: `The update of the member '${first?.name}' failed${others}: ${first?.status.error?.message}`,
  };
}
