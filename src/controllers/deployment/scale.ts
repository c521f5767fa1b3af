import { countOf } from '../../apimachinery/int-or-percent.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Deployment, type ReplicaSet, replicaSets } from '../kinds/apps.ts';
import { compareAge, type Rollout } from './rollout.ts';

export const component = 'deployment-controller';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';

const isRolling = (deployment: Deployment) => deployment.spec.strategy?.type !== 'Recreate';

/** How many pods more than asked for may run during a rollout, and how many fewer. */
export function bounds(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const replicas = deployment.spec.replicas ?? 1;
  if (!isRolling(deployment) || replicas === 0) return { surge: 0, unavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = countOf(maxSurge, replicas, 'up');
  const unavailable = countOf(maxUnavailable, replicas, 'down');
  // Both 0 would never make progress.
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas) };
}

export function maxReplicas(deployment: Deployment): number {
  return (deployment.spec.replicas ?? 1) + bounds(deployment).surge;
}

export function sizeAnnotations(desired: number, max: number): { [key: string]: string } {
  return { [desiredAnnotation]: String(desired), [maxAnnotation]: String(max) };
}

export function total(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
}

export function isRunning(set: ReplicaSet): boolean {
  return (set.spec.replicas ?? 0) > 0;
}

/** The size of the new set within what the strategy allows on top of the old ones. */
export function newSetReplicas({ deployment, newSet, oldSets }: Rollout): number {
  const replicas = deployment.spec.replicas ?? 1;
  if (!isRolling(deployment)) return replicas;
  const current = newSet?.spec.replicas ?? 0;
  const room = maxReplicas(deployment) - total(oldSets) - current;
  if (room <= 0) return current;
  return current + Math.min(room, replicas - current);
}

/** The deployment's number changed while its sets still carry the previous one. */
export function isScalingEvent({ deployment, newSet, oldSets }: Rollout): boolean {
  return [...(newSet ? [newSet] : []), ...oldSets].filter(isRunning).some((set) => {
    const desired = set.metadata.annotations?.[desiredAnnotation];
    return desired !== undefined && Number(desired) !== (deployment.spec.replicas ?? 1);
  });
}

/** Gives a set its size and the annotations that a later scaling goes by. */
export async function scaleSet(set: ReplicaSet, replicas: number, rollout: Rollout): Promise<ReplicaSet> {
  const { deployment, context } = rollout;
  const sizes = sizeAnnotations(deployment.spec.replicas ?? 1, maxReplicas(deployment));
  const annotations = { ...set.metadata.annotations, ...sizes };
  const before = set.spec.replicas ?? 0;
  if (before === replicas && jsonEqual(annotations, set.metadata.annotations)) return set;
  const scaled = await context.client.update(replicaSets, {
    ...set,
    metadata: { ...set.metadata, annotations },
    spec: { ...set.spec, replicas },
  });
  context.sets.observe(scaled);
  if (before !== replicas) {
    const direction = before < replicas ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`;
    context.events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message, component });
  }
  return scaled;
}

/** Hands a changed number of replicas to the sets: all to the only one, in proportion in the midst of a rollout. */
export async function scaleAlong(rollout: Rollout): Promise<void> {
  const { deployment, newSet, oldSets } = rollout;
  const replicas = deployment.spec.replicas ?? 1;
  const all = newSet ? [...oldSets, newSet] : [...oldSets];
  const running = all.filter(isRunning);
  const only = running.length <= 1 ? (running[0] ?? newSet ?? newest(oldSets)) : undefined;
  if (only) {
    await scaleSet(only, replicas, rollout);
    return;
  }
  if (newSet && isSaturated(newSet, replicas)) {
    for (const set of oldSets.filter(isRunning)) await scaleSet(set, 0, rollout);
    return;
  }
  if (isRolling(deployment)) await scaleInProportion(running, rollout);
}

function newest(sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(compareAge).at(-1);
}

function isSaturated(set: ReplicaSet, replicas: number): boolean {
  return (
    (set.spec.replicas ?? 0) === replicas &&
    Number(set.metadata.annotations?.[desiredAnnotation]) === replicas &&
    (set.status?.availableReplicas ?? 0) === replicas
  );
}

async function scaleInProportion(running: readonly ReplicaSet[], rollout: Rollout): Promise<void> {
  const { deployment } = rollout;
  const allowed = (deployment.spec.replicas ?? 1) > 0 ? maxReplicas(deployment) : 0;
  const change = allowed - total(running);
  // The larger sets take their share first; among equals the newer when growing, the older when shrinking.
  const order = [...running].sort(
    (a, b) =>
      (b.spec.replicas ?? 0) - (a.spec.replicas ?? 0) || (change > 0 ? compareAge(b, a) : compareAge(a, b)),
  );
  const sizes = new Map<ReplicaSet, number>();
  let given = 0;
  for (const set of order) {
    const share = change === 0 ? 0 : proportion(set, { allowed, change, given });
    given += share;
    sizes.set(set, (set.spec.replicas ?? 0) + share);
  }
  for (const [at, set] of order.entries()) {
    const size = sizes.get(set) ?? 0;
    // What rounding left over goes to the first.
    await scaleSet(set, Math.max(0, at === 0 ? size + change - given : size), rollout);
  }
}

function proportion(
  set: ReplicaSet,
  { allowed, change, given }: { readonly allowed: number; readonly change: number; readonly given: number },
): number {
  const replicas = set.spec.replicas ?? 0;
  const max = Number(set.metadata.annotations?.[maxAnnotation] ?? 0) || allowed;
  const fraction = Math.round((replicas * allowed) / max) - replicas;
  const left = change - given;
  return change > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}
