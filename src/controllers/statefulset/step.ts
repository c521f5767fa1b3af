import { isAlreadyExists, isNotFound, refOf } from '../../apimachinery/kinds.ts';
import { errorMessage, rfc3339Seconds } from '../../base/index.ts';
import { type ControllerRevision, type StatefulSet, volumeClaims } from '../kinds/apps.ts';
import { type Pod, pods } from '../kinds/core.ts';
import { ownedBy } from '../shared/owners.ts';
import { isAvailable, isFinished } from '../shared/pods.ts';
import { revisionLabel } from '../shared/revisions.ts';
import type { StatefulRollout } from './context.ts';
import { claimsOf, ordinalOf, ordinalPod } from './ordinal-pod.ts';

const component = 'statefulset-controller';

/** Goes on as far as the order allows: up from the lowest number, down from the highest, then update. */
export async function moveOneStep(rollout: StatefulRollout): Promise<void> {
  const { set } = rollout;
  const first = set.spec.ordinals?.start ?? 0;
  const replicas = set.spec.replicas ?? 1;
  const inParallel = set.spec.podManagementPolicy === 'Parallel';
  const byOrdinal = podsByOrdinal(rollout);
  let allWell = true;
  for (let ordinal = first; ordinal < first + replicas; ordinal++) {
    const isWell = await keep(ordinal, byOrdinal.get(ordinal), rollout);
    if (!isWell) allWell = false;
    if (!isWell && !inParallel) return;
  }
  const surplus = [...byOrdinal]
    .filter(([ordinal]) => ordinal < first || ordinal >= first + replicas)
    .sort(([a], [b]) => b - a);
  for (const [, pod] of surplus) {
    if (!pod.metadata.deletionTimestamp) await remove(pod, rollout);
    if (!inParallel) return;
  }
  if (allWell || inParallel) await replaceOne(byOrdinal, rollout);
}

function podsByOrdinal({ set, context }: StatefulRollout): Map<number, Pod> {
  const byOrdinal = new Map<number, Pod>();
  for (const pod of ownedBy(context.pods, set)) {
    const ordinal = ordinalOf(pod, set);
    if (ordinal !== undefined) byOrdinal.set(ordinal, pod);
  }
  return byOrdinal;
}

/** Makes the pod when it is missing or has ended; true when it is there and available. */
async function keep(ordinal: number, pod: Pod | undefined, rollout: StatefulRollout): Promise<boolean> {
  const { set, context } = rollout;
  if (!pod) {
    await make(ordinal, rollout);
    return false;
  }
  if (pod.metadata.deletionTimestamp) return false;
  if (isFinished(pod)) {
    await remove(pod, rollout);
    return false;
  }
  return isAvailable(pod, set.spec.minReadySeconds ?? 0, context.clock.now());
}

/** Below the partition, and while an update has not come down to it, a number keeps the current revision. */
function revisionFor(ordinal: number, { set, current, update }: StatefulRollout): ControllerRevision {
  const first = set.spec.ordinals?.start ?? 0;
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return update;
  const { partition } = rollingUpdate ?? {};
  const kept = partition ? partition : (set.status?.currentReplicas ?? 0);
  return ordinal < first + kept ? current : update;
}

async function make(ordinal: number, rollout: StatefulRollout): Promise<void> {
  const { set, context } = rollout;
  for (const claim of claimsOf(set, ordinal)) {
    try {
      await context.client.create(volumeClaims, claim);
    } catch (thrown) {
      if (!isAlreadyExists(thrown)) throw thrown;
    }
  }
  const pod = ordinalPod(set, ordinal, revisionFor(ordinal, rollout));
  const { name } = pod.metadata;
  try {
    context.pods.observe(await context.client.create(pods, pod));
    tell(set, 'Normal', 'SuccessfulCreate', {
      message: `create Pod ${name} in StatefulSet ${set.metadata.name} successful`,
      rollout,
    });
  } catch (thrown) {
    if (isAlreadyExists(thrown)) return;
    const why = errorMessage(thrown);
    const message = `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${why}`;
    tell(set, 'Warning', 'FailedCreate', { message, rollout });
    throw thrown;
  }
}

async function remove(pod: Pod, rollout: StatefulRollout): Promise<void> {
  const { set, context } = rollout;
  const { uid = '', name } = pod.metadata;
  try {
    await context.client.delete(pods, refOf(pod), { preconditions: { uid } });
  } catch (thrown) {
    if (!isNotFound(thrown)) throw thrown;
    return;
  }
  context.pods.observeDelete(pod, rfc3339Seconds(context.clock.now()));
  const message = `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`;
  tell(set, 'Normal', 'SuccessfulDelete', { message, rollout });
}

/** From the highest number down: the next pod that is not of the update's revision goes, once those above are well. */
async function replaceOne(byOrdinal: ReadonlyMap<number, Pod>, rollout: StatefulRollout): Promise<void> {
  const { set, update, context } = rollout;
  if (set.spec.updateStrategy?.type === 'OnDelete') return;
  const first = set.spec.ordinals?.start ?? 0;
  const lowest = first + (set.spec.updateStrategy?.rollingUpdate?.partition ?? 0);
  for (let ordinal = first + (set.spec.replicas ?? 1) - 1; ordinal >= lowest; ordinal--) {
    const pod = byOrdinal.get(ordinal);
    if (!pod || pod.metadata.deletionTimestamp) return;
    if (pod.metadata.labels?.[revisionLabel] !== update.metadata.name) {
      await remove(pod, rollout);
      return;
    }
    if (!isAvailable(pod, set.spec.minReadySeconds ?? 0, context.clock.now())) return;
  }
}

function tell(
  set: StatefulSet,
  type: 'Normal' | 'Warning',
  reason: string,
  { message, rollout }: { readonly message: string; readonly rollout: StatefulRollout },
): void {
  rollout.context.events.record(set, { type, reason, message, component });
}
