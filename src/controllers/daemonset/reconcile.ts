import { countOf } from '../../apimachinery/int-or-percent.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type ControllerRevision, type DaemonSet, type DaemonSetStatus, daemonSets } from '../kinds/apps.ts';
import type { Node, Pod } from '../kinds/core.ts';
import { inBatches, inSlowBatches } from '../shared/batches.ts';
import type { ClusterContext } from '../shared/context.ts';
import { claim, ownedBy } from '../shared/owners.ts';
import { createPod, deletePod, type PodControl } from '../shared/pod-control.ts';
import { availableInMs, isAvailable, isFinished, isReady } from '../shared/pods.ts';
import { revisionLabel, trimRevisions, updateRevision, type Versioned } from '../shared/revisions.ts';
import { commitStatus } from '../shared/status.ts';
import { matchesNodeSelection, untoleratedTaint } from '../shared/tolerations.ts';
import { daemonPod, nodeOf } from './daemon-pod.ts';

const defaultHistory = 10;

export interface DaemonSetContext extends ClusterContext {
  readonly sets: Informer<DaemonSet>;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly revisions: Informer<ControllerRevision>;
}

/** One pass over a DaemonSet. */
export async function reconcileDaemonSet(
  key: string,
  context: DaemonSetContext,
): Promise<Reconciled | undefined> {
  const set = context.sets.get(key);
  if (!set || set.metadata.deletionTimestamp) return undefined;
  const { selector } = set.spec;
  await claim({
    client: context.client,
    informer: context.pods,
    owner: set,
    ownerKind: daemonSets,
    selector,
  });
  const versioned: Versioned<DaemonSet> = {
    kind: daemonSets,
    owner: set,
    template: set.spec.template,
    revisions: context.revisions,
    context,
  };
  const revision = await updateRevision(versioned);
  const hash = revision.metadata.labels?.[revisionLabel] ?? '';
  await manage(set, hash, context);
  await update(set, hash, context);
  const inUse = new Set([revision.metadata.name ?? '']);
  await trimRevisions(versioned, { keep: set.spec.revisionHistoryLimit ?? defaultHistory, inUse });
  return writeStatus(set, hash, context);
}

/** Whether a set's pod belongs on a node. */
function isMeantFor(set: DaemonSet, node: Node): { readonly run: boolean; readonly stay: boolean } {
  const pod = daemonPod(set, node.metadata.name ?? '', '');
  const chosen = matchesNodeSelection(pod, node);
  const { taints } = node.spec ?? {};
  const { tolerations } = pod.spec;
  const run = chosen && !untoleratedTaint(taints, tolerations, ['NoSchedule', 'NoExecute']);
  // A pod that is there stays through a NoSchedule taint.
  return { run, stay: chosen && !untoleratedTaint(taints, tolerations, ['NoExecute']) };
}

function podsByNode(set: DaemonSet, context: DaemonSetContext): Map<string, Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of ownedBy(context.pods, set)) {
    const node = nodeOf(pod);
    byNode.set(node, [...(byNode.get(node) ?? []), pod]);
  }
  return byNode;
}

/** Makes pods where they are missing and removes those that are not meant to be. */
async function manage(set: DaemonSet, hash: string, context: DaemonSetContext): Promise<void> {
  const control: PodControl = {
    context,
    informer: context.pods,
    owner: set,
    component: 'daemonset-controller',
  };
  const byNode = podsByNode(set, context);
  const missing: string[] = [];
  const surplus: Pod[] = [];
  for (const node of context.nodes.list()) {
    const { name = '' } = node.metadata;
    const { run, stay } = isMeantFor(set, node);
    const present = (byNode.get(name) ?? []).filter((pod) => !pod.metadata.deletionTimestamp);
    // A pod that ended is removed, and replaced when it is gone.
    const ended = present.filter(isFinished);
    const living = present.filter((pod) => !isFinished(pod));
    surplus.push(...ended);
    if (!stay) surplus.push(...living);
    else surplus.push(...oldestFirst(living).slice(1));
    if (run && (byNode.get(name) ?? []).length === 0) missing.push(name);
  }
  await inSlowBatches(missing, (node) => createPod(daemonPod(set, node, hash), control));
  await inBatches(surplus, (pod) => deletePod(pod, control));
}

function oldestFirst(list: readonly Pod[]): readonly Pod[] {
  const time = (pod: Pod) => pod.metadata.creationTimestamp ?? '';
  return [...list].sort((a, b) => (time(a) < time(b) ? -1 : 1));
}

/** Replaces pods of older templates, as many at a time as may be unavailable. */
async function update(set: DaemonSet, hash: string, context: DaemonSetContext): Promise<void> {
  if (set.spec.updateStrategy?.type === 'OnDelete') return;
  const nowMs = context.clock.now();
  const minReady = set.spec.minReadySeconds ?? 0;
  const wanted = [...context.nodes.list()].filter((node) => isMeantFor(set, node).run);
  const { maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const allowed = Math.max(1, countOf(maxUnavailable, wanted.length, 'up'));
  const byNode = podsByNode(set, context);
  const broken: Pod[] = [];
  const working: Pod[] = [];
  let unavailable = 0;
  for (const node of wanted) {
    const [pod] = (byNode.get(node.metadata.name ?? '') ?? []).filter((p) => !p.metadata.deletionTimestamp);
    const available = pod !== undefined && isAvailable(pod, minReady, nowMs);
    if (!available) unavailable++;
    if (pod && pod.metadata.labels?.[revisionLabel] !== hash) (available ? working : broken).push(pod);
  }
  const room = Math.max(0, allowed - unavailable);
  const control: PodControl = {
    context,
    informer: context.pods,
    owner: set,
    component: 'daemonset-controller',
  };
  // Those that do not work cost nothing to replace.
  await inBatches([...broken, ...working.slice(0, room)], (pod) => deletePod(pod, control));
}

async function writeStatus(
  set: DaemonSet,
  hash: string,
  context: DaemonSetContext,
): Promise<Reconciled | undefined> {
  const nowMs = context.clock.now();
  const minReady = set.spec.minReadySeconds ?? 0;
  const byNode = podsByNode(set, context);
  const count = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  let nextMs = Number.POSITIVE_INFINITY;
  for (const node of context.nodes.list()) {
    const { run, stay } = isMeantFor(set, node);
    const [pod] = oldestFirst(byNode.get(node.metadata.name ?? '') ?? []);
    if (run) count.desired++;
    if (!pod) continue;
    if (!run && !stay) count.misscheduled++;
    if (!run) continue;
    count.current++;
    if (pod.metadata.labels?.[revisionLabel] === hash) count.updated++;
    if (isReady(pod)) count.ready++;
    const waitMs = availableInMs(pod, minReady, nowMs);
    if (waitMs === 0) count.available++;
    else if (waitMs !== undefined) nextMs = Math.min(nextMs, waitMs);
  }
  const status: DaemonSetStatus = {
    currentNumberScheduled: count.current,
    desiredNumberScheduled: count.desired,
    numberMisscheduled: count.misscheduled,
    numberReady: count.ready,
    updatedNumberScheduled: count.updated,
    numberAvailable: count.available,
    numberUnavailable: count.desired - count.available,
    observedGeneration: set.metadata.generation ?? 0,
  };
  // What others say beside these counts stays.
  await commitStatus(set, { ...set.status, ...status }, { client: context.client, informer: context.sets });
  return Number.isFinite(nextMs) ? { againAfterMs: nextMs } : undefined;
}
