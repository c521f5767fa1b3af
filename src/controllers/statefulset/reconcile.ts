import type { Reconciled } from '../../reconcile/index.ts';
import {
  type ControllerRevision,
  type StatefulSet,
  type StatefulSetStatus,
  statefulSets,
} from '../kinds/apps.ts';
import { claim, ownedBy } from '../shared/owners.ts';
import { availableInMs, isReady } from '../shared/pods.ts';
import {
  revisionLabel,
  revisionsOf,
  trimRevisions,
  updateRevision,
  type Versioned,
} from '../shared/revisions.ts';
import { commitStatus } from '../shared/status.ts';
import type { StatefulRollout, StatefulSetContext } from './context.ts';
import { ordinalOf } from './ordinal-pod.ts';
import { moveOneStep } from './step.ts';

const defaultHistory = 10;

/** One pass over a StatefulSet: one step on, then its status. */
export async function reconcileStatefulSet(
  key: string,
  context: StatefulSetContext,
): Promise<Reconciled | undefined> {
  const set = context.sets.get(key);
  if (!set) return undefined;
  const { selector, template } = set.spec;
  await claim({
    client: context.client,
    informer: context.pods,
    owner: set,
    ownerKind: statefulSets,
    selector,
  });
  const versioned: Versioned<StatefulSet> = {
    kind: statefulSets,
    owner: set,
    template,
    revisions: context.revisions,
    context,
  };
  const update = await updateRevision(versioned);
  const current =
    revisionsOf(versioned).find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
  const rollout: StatefulRollout = { set, current, update, context };
  if (!set.metadata.deletionTimestamp) await moveOneStep(rollout);
  const again = await writeStatus(rollout);
  const inUse = new Set([current, update].map(({ metadata }) => metadata.name ?? ''));
  for (const pod of ownedBy(context.pods, set)) inUse.add(pod.metadata.labels?.[revisionLabel] ?? '');
  await trimRevisions(versioned, { keep: set.spec.revisionHistoryLimit ?? defaultHistory, inUse });
  return again;
}

async function writeStatus({
  set,
  current,
  update,
  context,
}: StatefulRollout): Promise<Reconciled | undefined> {
  const nowMs = context.clock.now();
  const minReady = set.spec.minReadySeconds ?? 0;
  const all = ownedBy(context.pods, set).filter((pod) => ordinalOf(pod, set) !== undefined);
  const living = all.filter((pod) => !pod.metadata.deletionTimestamp);
  const of = (revision: ControllerRevision) =>
    living.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision.metadata.name).length;
  const waits = all.map((pod) => availableInMs(pod, minReady, nowMs));
  const replicas = set.spec.replicas ?? 1;
  const isDone =
    update !== current && of(update) === replicas && all.length === replicas && all.every(isReady);
  const status: StatefulSetStatus = {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: all.length,
    readyReplicas: all.filter(isReady).length,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    currentReplicas: isDone ? of(update) : of(current),
    updatedReplicas: of(update),
    currentRevision: (isDone ? update : current).metadata.name ?? '',
    updateRevision: update.metadata.name ?? '',
    collisionCount: set.status?.collisionCount ?? 0,
  };
  // What others say beside these counts stays.
  await commitStatus(set, { ...set.status, ...status }, { client: context.client, informer: context.sets });
  const soonest = Math.min(
    ...waits.filter((wait) => wait !== undefined && wait > 0).map((wait) => wait ?? 0),
  );
  return Number.isFinite(soonest) ? { againAfterMs: soonest } : undefined;
}
