import { findCondition, isTrue } from '../../apimachinery/conditions.ts';
import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type Node, type NodeCondition, nodes, type Pod, pods, type Taint } from '../kinds/core.ts';
import { inBatches } from '../shared/batches.ts';
import type { ClusterContext } from '../shared/context.ts';
import { commitStatus } from '../shared/status.ts';
import { tolerates } from '../shared/tolerations.ts';
import type { NodeHealth } from './health.ts';

export interface NodeLifecycleContext extends ClusterContext {
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  /** Index of pods by node. */
  readonly podsByNode: string;
  readonly health: NodeHealth;
}

const component = 'node-controller';
const unreachable = 'node.kubernetes.io/unreachable';
const notReady = 'node.kubernetes.io/not-ready';
const effects = ['NoSchedule', 'NoExecute'] as const;

/** One pass over a node: is it heard of, does it carry the right taints, may its pods stay. */
export async function reconcileNode(
  name: string,
  context: NodeLifecycleContext,
): Promise<Reconciled | undefined> {
  const listed = context.nodes.get(name);
  if (!listed) {
    await removePods(name, context);
    return undefined;
  }
  const leftMs = context.health.leftMs(name);
  if (leftMs <= 0) context.health.markLost(name);
  const node = leftMs <= 0 ? await markUnknown(listed, context) : listed;
  if (!node) return undefined;
  await setTaints(node, context);
  const evictMs = await evictPods(node, context);
  const nextMs = Math.min(leftMs > 0 ? leftMs : Number.POSITIVE_INFINITY, evictMs);
  return Number.isFinite(nextMs) ? { againAfterMs: Math.max(nextMs, 1000) } : undefined;
}

async function markUnknown(node: Node, context: NodeLifecycleContext): Promise<Node | undefined> {
  const known = node.status?.conditions ?? [];
  if (known.length > 0 && known.every(({ status, type }) => status === 'Unknown' || !isKubelets(type))) {
    return node;
  }
  const now = rfc3339Seconds(context.clock.now());
  const types = known.length > 0 ? known.map(({ type }) => type) : ['Ready'];
  const conditions = types.map((type): NodeCondition => {
    const before = findCondition(known, type);
    if (before && !isKubelets(type)) return before;
    return {
      type,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastHeartbeatTime: before?.lastHeartbeatTime ?? now,
      lastTransitionTime: before?.status === 'Unknown' ? (before.lastTransitionTime ?? now) : now,
    };
  });
  const place = { client: context.client, informer: context.nodes };
  const written = await commitStatus(node, { ...node.status, conditions }, place);
  if (!written) return undefined;
  const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
  context.events.record(node, { type: 'Normal', reason: 'NodeNotReady', message, component });
  await unreadyPods(node, context);
  return written;
}

function isKubelets(type: string): boolean {
  return ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].includes(type);
}

/** Pods of a lost node serve nobody. */
async function unreadyPods(node: Node, context: NodeLifecycleContext): Promise<void> {
  const affected = podsOf(node.metadata.name ?? '', context).filter((pod) =>
    isTrue(pod.status?.conditions, 'Ready'),
  );
  const lastTransitionTime = rfc3339Seconds(context.clock.now());
  await inBatches(affected, async (pod) => {
    const body = { status: { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime }] } };
    const patch = { type: 'strategic', body } as const;
    await ignoringMissing(context.client.patch(pods, refOf(pod), patch, { subresource: 'status' }));
  });
}

function podsOf(node: string, context: NodeLifecycleContext): readonly Pod[] {
  return context.pods.byIndex(context.podsByNode, node);
}

/** Taints say to the scheduler what the Ready condition says to people. */
async function setTaints(node: Node, context: NodeLifecycleContext): Promise<void> {
  const ready = findCondition(node.status?.conditions, 'Ready')?.status ?? 'Unknown';
  const wanted = { True: undefined, False: notReady, Unknown: unreachable }[ready];
  const taints = node.spec?.taints ?? [];
  const others = taints.filter(({ key }) => key !== unreachable && key !== notReady);
  const current = taints.filter(({ key }) => key === wanted);
  const isRight =
    taints.length === others.length + current.length && current.length === (wanted ? effects.length : 0);
  if (isRight) return;
  const timeAdded = rfc3339Seconds(context.clock.now());
  const added: Taint[] = wanted ? effects.map((effect) => ({ key: wanted, effect, timeAdded })) : [];
  const spec = { ...node.spec, taints: [...others, ...added] };
  const written = await context.client.update(nodes, { ...node, spec });
  context.nodes.observe(written);
}

/** Removes pods whose patience with the node's condition is over; returns when the next one's is. */
async function evictPods(node: Node, context: NodeLifecycleContext): Promise<number> {
  const current = context.nodes.get(node.metadata.name ?? '') ?? node;
  const taints = (current.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
  const sinceMs = context.health.taintedSince(node.metadata.name ?? '', taints);
  if (taints.length === 0) return Number.POSITIVE_INFINITY;
  const nowMs = context.clock.now();
  let nextMs = Number.POSITIVE_INFINITY;
  const due: Pod[] = [];
  for (const pod of podsOf(node.metadata.name ?? '', context)) {
    if (pod.metadata.deletionTimestamp) continue;
    const leftMs = Math.min(...taints.map((taint) => patienceEndMs(pod, taint, sinceMs(taint)) - nowMs));
    if (leftMs <= 0) due.push(pod);
    else nextMs = Math.min(nextMs, leftMs);
  }
  await inBatches(due, async (pod) => {
    const { namespace, name } = pod.metadata;
    const message = `Marking for deletion Pod ${namespace}/${name}`;
    const said = { type: 'Normal', reason: 'TaintManagerEviction', message } as const;
    context.events.record(pod, { ...said, component: 'taint-eviction-controller' });
    await ignoringMissing(context.client.delete(pods, refOf(pod)));
  });
  return nextMs;
}

/** When the pod has borne the taint for as long as it will: counted from when it met it. */
function patienceEndMs(pod: Pod, taint: Taint, sinceMs: number): number {
  const tolerations = (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
  if (tolerations.length === 0) return Number.NEGATIVE_INFINITY;
  const seconds = tolerations.map(({ tolerationSeconds }) => tolerationSeconds ?? Number.POSITIVE_INFINITY);
  const metMs = Math.max(sinceMs, Date.parse(pod.metadata.creationTimestamp ?? '') || 0);
  return metMs + Math.min(...seconds) * 1000;
}

/** Nobody will ever report the end of pods whose node is gone. */
async function removePods(node: string, context: NodeLifecycleContext): Promise<void> {
  await inBatches(podsOf(node, context), async (pod) => {
    const preconditions = { uid: pod.metadata.uid ?? '' };
    await ignoringMissing(context.client.delete(pods, refOf(pod), { gracePeriodSeconds: 0, preconditions }));
  });
}
