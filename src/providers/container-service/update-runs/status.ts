import type { JsonObject } from '../../../base/index.ts';

/** Source: `UpdateState` of Microsoft.ContainerService/fleets/updateRuns. */
export type UpdateState =
  | 'NotStarted'
  | 'Pending'
  | 'Running'
  | 'Stopping'
  | 'Stopped'
  | 'Skipped'
  | 'Failed'
  | 'Completed';

/** How one step of a run stands; of every run, stage, group, member, gate and wait. */
export interface StepStatus {
  state: UpdateState;
  startTime?: string;
  completedTime?: string;
  error?: { code: string; message: string };
}

export interface MemberUpdate {
  name: string;
  clusterResourceId: string;
  /** Chosen when the update begins; the cluster is ordered under it. */
  operationId?: string;
  message?: string;
  status: StepStatus;
}

export interface GateUpdate {
  displayName?: string;
  /** Once the run has come there. */
  gateId?: string;
  status: StepStatus;
}

/** What stages and groups have alike. */
export interface StepUpdate {
  name: string;
  maxConcurrency: number;
  maxAllowedFailures: number;
  failureCount: number;
  beforeGates?: GateUpdate[];
  afterGates?: GateUpdate[];
  status: StepStatus;
}

export interface GroupUpdate extends StepUpdate {
  members?: MemberUpdate[];
}

export interface StageUpdate extends StepUpdate {
  groups: GroupUpdate[];
  afterStageWaitStatus?: { waitDurationInSeconds: number; status: StepStatus };
}

/** `properties.status` of a run. */
export interface RunStatus {
  status: StepStatus;
  failureCount: number;
  stages: StageUpdate[];
  nodeImageSelection: { selectedNodeImageVersions?: { version: string }[] };
}

/** What a run says for which nothing was planned. */
const unplanned: RunStatus = {
  status: { state: 'NotStarted' },
  failureCount: 0,
  stages: [],
  nodeImageSelection: {},
};

/** `properties.status` of a stored run, to be changed by the reader. */
export function statusOf(properties: JsonObject): RunStatus {
  // Nobody but `plan.ts` and what changes a `RunStatus` writes it.
  return structuredClone(properties['status'] ?? unplanned) as unknown as RunStatus;
}

/** The state of a stored run. */
export function stateOf(properties: JsonObject): UpdateState {
  // As in `statusOf`; nothing is changed, so nothing is copied.
  return ((properties['status'] ?? unplanned) as unknown as RunStatus).status.state;
}

/** The status as JSON. */
export function statusJson(status: RunStatus): JsonObject {
  // An interface is not assignable to an index signature, though every member of this one is JSON.
  return status as unknown as JsonObject;
}

/** True when a step has nothing left to do. */
export function isOver({ state }: StepStatus): boolean {
  return state === 'Completed' || state === 'Skipped' || state === 'Failed';
}

/** True when a step lets the next one begin. */
export function isDone({ state }: StepStatus): boolean {
  return state === 'Completed' || state === 'Skipped';
}

/** Every member of a stage. */
export function membersOf(stage: StageUpdate): MemberUpdate[] {
  return stage.groups.flatMap((group) => group.members ?? []);
}

/** Moves a step on: it begins, waits or goes on. */
export function enter(step: StepStatus, state: 'Running' | 'Pending', now: string): void {
  step.state = state;
  step.startTime ??= now;
  delete step.completedTime;
  delete step.error;
}

/** Ends a step for now or for good. */
export function end(step: StepStatus, state: UpdateState, now: string): void {
  step.state = state;
  step.completedTime = now;
}

/** True while something may still begin or end by itself. */
export function isUnderWay({ state }: Pick<StepStatus, 'state'>): boolean {
  return state === 'Running' || state === 'Pending' || state === 'Stopping';
}
