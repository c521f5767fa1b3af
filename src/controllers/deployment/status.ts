import { findCondition } from '../../apimachinery/conditions.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../kinds/apps.ts';
import { commitStatus } from '../shared/status.ts';
import type { DeploymentContext, Rollout } from './rollout.ts';
import { bounds } from './scale.ts';

/** The value that switches the progress deadline off. */
const noDeadlineSeconds = 2 ** 31 - 1;

interface Said {
  readonly type: string;
  readonly status: DeploymentCondition['status'];
  readonly reason: string;
  readonly message: string;
}

export function progressCondition(status: Said['status'], reason: string, message: string): Said {
  return { type: 'Progressing', status, reason, message };
}

/** Sets a condition; one with the same status and reason stays as it is, times included. */
export function withDeploymentCondition(
  conditions: readonly DeploymentCondition[],
  said: Said,
  nowMs: number,
): DeploymentCondition[] {
  const known = findCondition(conditions, said.type);
  if (known && known.status === said.status && known.reason === said.reason) return [...conditions];
  return renewCondition(conditions, said, nowMs);
}

/** Sets a condition and its update time even when it says the same: progress was made. */
function renewCondition(
  conditions: readonly DeploymentCondition[],
  said: Said,
  nowMs: number,
): DeploymentCondition[] {
  const known = findCondition(conditions, said.type);
  const now = rfc3339Seconds(nowMs);
  const since = known?.status === said.status ? known.lastTransitionTime : undefined;
  const next = { ...said, lastUpdateTime: now, lastTransitionTime: since ?? now };
  return [...conditions.filter((condition) => condition.type !== said.type), next];
}

/** A pause and its end are said at once, so that the deadline does not run meanwhile; undefined when it is gone. */
export async function writePausedCondition(
  deployment: Deployment,
  context: DeploymentContext,
): Promise<Deployment | undefined> {
  if (!hasDeadline(deployment)) return deployment;
  const known = findCondition(deployment.status?.conditions, 'Progressing');
  if (known?.reason === 'ProgressDeadlineExceeded') return deployment;
  const isSaid = known?.reason === 'DeploymentPaused';
  const paused = deployment.spec.paused === true;
  if (paused === isSaid) return deployment;
  const said = paused
    ? progressCondition('Unknown', 'DeploymentPaused', 'Deployment is paused')
    : progressCondition('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  const conditions = withDeploymentCondition(deployment.status?.conditions ?? [], said, context.clock.now());
  const place = { client: context.client, informer: context.deployments };
  return commitStatus(deployment, { ...deployment.status, conditions }, place);
}

function hasDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== noDeadlineSeconds;
}

/** Counts the sets, judges availability and progress, and writes the status when it changed. */
export async function writeStatus(rollout: Rollout): Promise<Reconciled | undefined> {
  const { deployment, context } = rollout;
  const counted = countPods(rollout);
  const conditions = judge(rollout, counted);
  const next: DeploymentStatus = { ...counted, ...(conditions.length > 0 ? { conditions } : {}) };
  const place = { client: context.client, informer: context.deployments };
  const written = await commitStatus(deployment, next, place);
  return written === deployment ? waitForDeadline(deployment, context) : undefined;
}

function countPods({ deployment, newSet, oldSets }: Rollout): DeploymentStatus {
  const all: readonly ReplicaSet[] = newSet ? [...oldSets, newSet] : oldSets;
  const sum = (count: (set: ReplicaSet) => number | undefined) =>
    all.reduce((total, set) => total + (count(set) ?? 0), 0);
  const available = sum((set) => set.status?.availableReplicas);
  const wanted = sum((set) => set.spec.replicas);
  const { collisionCount } = deployment.status ?? {};
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum((set) => set.status?.replicas),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sum((set) => set.status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}

function judge(rollout: Rollout, counted: DeploymentStatus): DeploymentCondition[] {
  const { deployment, context } = rollout;
  const nowMs = context.clock.now();
  const minAvailable = (deployment.spec.replicas ?? 1) - bounds(deployment).unavailable;
  const isAvailable = (counted.availableReplicas ?? 0) >= minAvailable;
  const available: Said = isAvailable
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
  const known = deployment.status?.conditions ?? [];
  const judged = judgeProgress(withDeploymentCondition(known, available, nowMs), rollout, counted);
  return withFailure(judged, rollout);
}

function judgeProgress(
  conditions: DeploymentCondition[],
  rollout: Rollout,
  counted: DeploymentStatus,
): DeploymentCondition[] {
  const { deployment, newSet, context } = rollout;
  if (!hasDeadline(deployment) || deployment.spec.paused) return conditions;
  const nowMs = context.clock.now();
  const known = findCondition(conditions, 'Progressing');
  const wasComplete =
    counted.replicas === counted.updatedReplicas && known?.reason === 'NewReplicaSetAvailable';
  if (wasComplete) return conditions;
  const subject = newSet
    ? `ReplicaSet "${newSet.metadata.name}"`
    : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, counted)) {
    const said = progressCondition(
      'True',
      'NewReplicaSetAvailable',
      `${subject} has successfully progressed.`,
    );
    return withDeploymentCondition(conditions, said, nowMs);
  }
  if (madeProgress(deployment.status ?? {}, counted)) {
    return renewCondition(
      conditions,
      progressCondition('True', 'ReplicaSetUpdated', `${subject} is progressing.`),
      nowMs,
    );
  }
  if (isTimedOut(deployment, known, nowMs)) {
    const said = progressCondition(
      'False',
      'ProgressDeadlineExceeded',
      `${subject} has timed out progressing.`,
    );
    return withDeploymentCondition(conditions, said, nowMs);
  }
  return conditions;
}

function isComplete(deployment: Deployment, counted: DeploymentStatus): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  return (
    counted.updatedReplicas === replicas &&
    counted.replicas === replicas &&
    counted.availableReplicas === replicas
  );
}

function madeProgress(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function isTimedOut(deployment: Deployment, known: DeploymentCondition | undefined, nowMs: number): boolean {
  if (!known || known.reason === 'NewReplicaSetAvailable') return false;
  if (known.reason === 'ProgressDeadlineExceeded') return true;
  return nowMs >= deadlineMs(deployment, known);
}

function deadlineMs(deployment: Deployment, known: DeploymentCondition): number {
  const since = Date.parse(known.lastUpdateTime ?? known.lastTransitionTime ?? '');
  return since + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
}

/** A rollout that stands still is looked at again when its deadline is due. */
function waitForDeadline(deployment: Deployment, context: DeploymentContext): Reconciled | undefined {
  const known = findCondition(deployment.status?.conditions, 'Progressing');
  if (!known || !hasDeadline(deployment) || deployment.spec.paused) return undefined;
  if (known.reason === 'NewReplicaSetAvailable' || known.reason === 'ProgressDeadlineExceeded')
    return undefined;
  return { againAfterMs: Math.max(1000, deadlineMs(deployment, known) - context.clock.now()) };
}

/** A set that cannot make its pods says so on the deployment as well. */
function withFailure(
  conditions: DeploymentCondition[],
  { newSet, oldSets, context }: Rollout,
): DeploymentCondition[] {
  const failed = [...(newSet ? [newSet] : []), ...oldSets]
    .map((set) => findCondition(set.status?.conditions, 'ReplicaFailure'))
    .find((condition) => condition?.status === 'True');
  if (!failed) return conditions.filter((condition) => condition.type !== 'ReplicaFailure');
  const { reason = '', message = '' } = failed;
  const said: Said = { type: 'ReplicaFailure', status: 'True', reason, message };
  return withDeploymentCondition(conditions, said, context.clock.now());
}
