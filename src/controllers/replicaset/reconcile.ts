import type { KubeObject } from '../../apimachinery/client.ts';
import { findCondition } from '../../apimachinery/conditions.ts';
import type { Kind } from '../../apimachinery/kinds.ts';
import type { Condition, LabelSelector } from '../../apimachinery/meta.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import { errorMessage, type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import type { ReplicaSet, ReplicaSetStatus } from '../kinds/apps.ts';
import { type Pod, pods } from '../kinds/core.ts';
import { inBatches, inSlowBatches } from '../shared/batches.ts';
import type { ClusterContext } from '../shared/context.ts';
import { claim, controllerReference } from '../shared/owners.ts';
import { createPod, deletePod, type PodControl } from '../shared/pod-control.ts';
import { availableInMs, compareForDeletion, fromTemplate, isActive, isReady } from '../shared/pods.ts';
import { commitStatus } from '../shared/status.ts';

/** Pods made or removed in one pass. */
const burstPods = 500;

/** What keeps a number of pods of one template: a ReplicaSet, or a ReplicationController. */
export interface PodSet extends KubeObject {
  spec: Pick<ReplicaSet['spec'], 'replicas' | 'minReadySeconds' | 'template'> & JsonObject;
  status?: ReplicaSetStatus;
}

/** One of the kinds that do. */
export interface PodSetKind {
  readonly kind: Kind<PodSet>;
  readonly component: string;
  readonly selectorOf: (set: PodSet) => LabelSelector;
}

export interface PodSetContext extends ClusterContext {
  readonly of: PodSetKind;
  readonly sets: Informer<PodSet>;
  readonly pods: Informer<Pod>;
}

/** One pass over a set: make or remove pods, then say how many there are. */
export async function reconcilePodSet(key: string, context: PodSetContext): Promise<Reconciled | undefined> {
  const set = context.sets.get(key);
  if (!set) return undefined;
  const owned = await claim({
    client: context.client,
    informer: context.pods,
    owner: set,
    ownerKind: context.of.kind,
    selector: context.of.selectorOf(set),
  });
  const active = owned.filter(isActive);
  const failure = set.metadata.deletionTimestamp ? undefined : await scale(set, active, context);
  const current = context.pods.byIndex('controller', set.metadata.uid ?? '').filter(isActive);
  const again = await writeStatus(set, current, { failure, context });
  if (failure) throw failure.thrown;
  return again;
}

interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly thrown: unknown;
}

async function scale(
  set: PodSet,
  active: readonly Pod[],
  context: PodSetContext,
): Promise<Failure | undefined> {
  const control: PodControl = {
    context,
    informer: context.pods,
    owner: set,
    component: context.of.component,
  };
  const surplus = active.length - (set.spec.replicas ?? 1);
  if (surplus === 0) return undefined;
  try {
    if (surplus < 0) {
      const missing = Array.from({ length: Math.min(-surplus, burstPods) }, () =>
        podOf(set, context.of.kind),
      );
      await inSlowBatches(missing, (pod) => createPod(pod, control));
    } else {
      const leaving = [...active].sort(compareForDeletion).slice(0, Math.min(surplus, burstPods));
      await inBatches(leaving, (pod) => deletePod(pod, control));
    }
    return undefined;
  } catch (thrown) {
    return { reason: surplus < 0 ? 'FailedCreate' : 'FailedDelete', thrown };
  }
}

function podOf(set: PodSet, kind: Kind<PodSet>): Pod {
  const { metadata, spec } = fromTemplate(set.spec.template);
  const { name = '', namespace = '' } = set.metadata;
  return {
    apiVersion: pods.apiVersion,
    kind: pods.kind,
    metadata: {
      ...metadata,
      generateName: `${name}-`,
      namespace,
      ownerReferences: [controllerReference(kind, set)],
    },
    spec,
  };
}

async function writeStatus(
  set: PodSet,
  active: readonly Pod[],
  { failure, context }: { readonly failure: Failure | undefined; readonly context: PodSetContext },
): Promise<Reconciled | undefined> {
  const nowMs = context.clock.now();
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const waits = active.map((pod) => availableInMs(pod, minReadySeconds, nowMs));
  const templateLabels = { matchLabels: set.spec.template.metadata?.labels ?? {} };
  const conditions = conditionsOf(set, failure, nowMs);
  const next: ReplicaSetStatus = {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => matchesLabels(templateLabels, pod.metadata.labels)).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    observedGeneration: set.metadata.generation ?? 0,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
  await commitStatus(set, next, { client: context.client, informer: context.sets });
  const soonest = Math.min(
    ...waits.filter((wait) => wait !== undefined && wait > 0).map((wait) => wait ?? 0),
  );
  return Number.isFinite(soonest) ? { againAfterMs: soonest } : undefined;
}

function conditionsOf(set: PodSet, failure: Failure | undefined, nowMs: number): Condition[] {
  const others = (set.status?.conditions ?? []).filter((condition) => condition.type !== 'ReplicaFailure');
  if (!failure) return others;
  const known = findCondition(set.status?.conditions, 'ReplicaFailure');
  const { reason } = failure;
  if (known?.reason === reason) return set.status?.conditions ?? [];
  const condition: Condition = {
    type: 'ReplicaFailure',
    status: 'True',
    reason,
    message: errorMessage(failure.thrown),
    lastTransitionTime: rfc3339Seconds(nowMs),
  };
  return [...others, condition];
}
