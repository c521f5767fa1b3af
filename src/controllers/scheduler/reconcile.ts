import type { KubeObject } from '../../apimachinery/client.ts';
import { findCondition } from '../../apimachinery/conditions.ts';
import { isConflict, isNotFound, refOf } from '../../apimachinery/kinds.ts';
import type { Condition } from '../../apimachinery/meta.ts';
import { parseAmount } from '../../apimachinery/quantity.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import { type Node, type Pod, pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { matchesNodeSelection, matchesTerm, untoleratedTaint } from '../shared/tolerations.ts';
import { wantsNode } from './eligible.ts';
import { type Amounts, type NodeUsage, requestsOf } from './node-usage.ts';

const component = 'default-scheduler';
const unschedulableTaint = {
  key: 'node.kubernetes.io/unschedulable',
  effect: 'NoSchedule',
} as const;

export interface SchedulerContext extends ClusterContext {
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly usage: NodeUsage;
  readonly waiting: Set<string>;
}

/** One pass over one pod: choose a node and bind, or say why there is none. */
export async function schedulePod(key: string, context: SchedulerContext): Promise<undefined> {
  const pod = context.pods.get(key);
  if (!pod || !wantsNode(pod)) {
    context.waiting.delete(key);
    return undefined;
  }
  // Choosing and counting happen in one turn, so that concurrent passes see each other's choice.
  const choice = chooseNode(pod, context);
  if (typeof choice === 'string') {
    context.waiting.add(key);
    await tellUnschedulable(pod, choice, context);
    return undefined;
  }
  const node = choice.metadata.name ?? '';
  context.usage.place(pod.metadata.uid ?? '', node, pod);
  await bind(pod, node, context);
  return undefined;
}

async function bind(pod: Pod, node: string, context: SchedulerContext): Promise<void> {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const binding: KubeObject = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace, uid },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  };
  try {
    await context.client.cluster.create(pods, binding, { subresource: 'binding' });
  } catch (thrown) {
    // It went away, or somebody else was faster; the watch tells which node it got.
    if (isNotFound(thrown) || isConflict(thrown)) {
      if (!context.pods.get(`${namespace}/${name}`)?.spec.nodeName) context.usage.remove(uid);
      return;
    }
    context.usage.remove(uid);
    throw thrown;
  }
  const message = `Successfully assigned ${namespace}/${name} to ${node}`;
  context.events.record(pod, { type: 'Normal', reason: 'Scheduled', message, component });
}

/** The node with the most room, or why none will do. */
function chooseNode(pod: Pod, context: SchedulerContext): Node | string {
  const requests = requestsOf(pod);
  const refusals = new Map<string, number>();
  let best: { readonly node: Node; readonly score: number } | undefined;
  for (const node of context.nodes.list()) {
    const refusal = refuse(pod, node, { requests, usage: context.usage });
    if (refusal.length === 0) {
      const score = scoreOf(pod, node, context.usage);
      if (!best || score > best.score) best = { node, score };
    }
    for (const reason of refusal) refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
  }
  return best ? best.node : explain(context.nodes.size, refusals);
}

interface Demand {
  readonly requests: Amounts;
  readonly usage: NodeUsage;
}

/** Why a node cannot take the pod; empty when it can. */
function refuse(pod: Pod, node: Node, { requests, usage }: Demand): readonly string[] {
  const taints = node.spec?.taints ?? [];
  const { tolerations } = pod.spec;
  if (node.spec?.unschedulable && untoleratedTaint([unschedulableTaint], tolerations, ['NoSchedule'])) {
    return ['node(s) were unschedulable'];
  }
  const taint = untoleratedTaint(taints, tolerations, ['NoSchedule', 'NoExecute']);
  if (taint) return [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`];
  if (!matchesNodeSelection(pod, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  const short: string[] = [];
  for (const [resource, amount] of requests) {
    if (amount === 0) continue;
    const room =
      (parseAmount(node.status?.allocatable?.[resource]) ?? 0) -
      usage.used(node.metadata.name ?? '', resource);
    if (amount > room) short.push(resource === 'pods' ? 'Too many pods' : `Insufficient ${resource}`);
  }
  return short;
}

/** Higher is better: the free share of cpu, memory and pods, and what the pod prefers. */
function scoreOf(pod: Pod, node: Node, usage: NodeUsage): number {
  const name = node.metadata.name ?? '';
  let score = 0;
  for (const resource of ['cpu', 'memory', 'pods']) {
    const total = parseAmount(node.status?.allocatable?.[resource]) ?? 0;
    if (total > 0) score += ((total - usage.used(name, resource)) / total) * (resource === 'pods' ? 2 : 1);
  }
  const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const { weight, preference } of preferred) if (matchesTerm(preference, node)) score += weight;
  return score;
}

function explain(nodeCount: number, refusals: ReadonlyMap<string, number>): string {
  if (nodeCount === 0) return 'no nodes available to schedule pods';
  const reasons = [...refusals].map(([reason, count]) => `${count} ${reason}`).sort();
  const none = `0/${nodeCount} nodes are available`;
  const noVictims = `preemption: ${none}: ${nodeCount} Preemption is not helpful for scheduling.`;
  return `${none}: ${reasons.join(', ')}. ${noVictims}`;
}

async function tellUnschedulable(pod: Pod, message: string, context: SchedulerContext): Promise<void> {
  context.events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message, component });
  const known = findCondition(pod.status?.conditions, 'PodScheduled');
  if (known?.status === 'False' && known.message === message) return;
  const condition: Condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime:
      known?.status === 'False' && known.lastTransitionTime
        ? known.lastTransitionTime
        : rfc3339Seconds(context.clock.now()),
  };
  const body = { status: { conditions: [condition] } };
  try {
    const patch = { type: 'strategic', body } as const;
    const written = await context.client.patch(pods, refOf(pod), patch, { subresource: 'status' });
    context.pods.observe(written);
  } catch (thrown) {
    if (!isNotFound(thrown)) throw thrown;
  }
}
