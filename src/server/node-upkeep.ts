import { type ClusterClient, ClusterError, type KubeObject } from '../apimachinery/client.ts';
import { holds } from '../apimachinery/conditions.ts';
import { matchesLabels } from '../apimachinery/selectors/label-selector.ts';
import { type Clock, eachAtOnce, isObject, rfc3339Seconds } from '../base/index.ts';
import type { BlockingBudget, NodeUpkeep, StayingPod } from '../providers/cluster-supply.ts';

const nodes = { group: '', version: 'v1', resource: 'nodes' } as const;
const pods = { group: '', version: 'v1', resource: 'pods' } as const;
const events = { group: '', version: 'v1', resource: 'events' } as const;
const budgets = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' } as const;

/** Works on nodes as whoever upgrades a cluster does: through its API, as everybody else would. */
export function nodeUpkeep(client: ClusterClient, clock: Clock): NodeUpkeep {
  return {
    async mark(name, { closed, labels }) {
      const body = {
        ...(labels && { metadata: { labels: { ...labels } } }),
        spec: { unschedulable: closed || null },
      };
      await unlessGone(client.patch(nodes, { name }, { type: 'merge', body }));
    },
    evict: (name) => evictAll(client, name),
    budgetsOf: (pod) => budgetsOf(client, pod),
    async tell(name, { reason, message }) {
      const node = await unlessGone(client.get(nodes, { name }));
      if (node) await client.create(events, eventOf(node, { reason, message }, clock));
    },
    watch: (onChange) => watchDrains(client, onChange),
  };
}

/** Asks for each pod that a drain moves, once; answers those that are still there. */
async function evictAll(client: ClusterClient, node: string): Promise<readonly StayingPod[]> {
  const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${node}` });
  const staying: StayingPod[] = [];
  await eachAtOnce(items.filter(isMoved), async (pod) => {
    const refusal = pod.metadata.deletionTimestamp ? undefined : await evict(client, pod);
    const { name = '', namespace = '', labels = {} } = pod.metadata;
    staying.push({ name, namespace, labels, ...(refusal && { refusal: refusal.message }) });
  });
  return staying.sort((a, b) => `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`));
}

/** Pods of DaemonSets come back at once, and mirror pods are no matter of the API. */
function isMoved({ metadata }: KubeObject): boolean {
  const isOfDaemonSet = metadata.ownerReferences?.some(
    ({ controller, kind }) => controller && kind === 'DaemonSet',
  );
  return !isOfDaemonSet && metadata.annotations?.['kubernetes.io/config.mirror'] === undefined;
}

async function evict(client: ClusterClient, pod: KubeObject): Promise<ClusterError | undefined> {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const eviction: KubeObject = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid } },
  };
  try {
    await client.create(pods, eviction, { subresource: 'eviction' });
    return undefined;
  } catch (thrown) {
    // Gone, or another one of the same name: the next look tells.
    if (!(thrown instanceof ClusterError) || thrown.status === 404 || thrown.status === 409) return undefined;
    return thrown;
  }
}

async function budgetsOf(client: ClusterClient, pod: StayingPod): Promise<readonly BlockingBudget[]> {
  const { namespace } = pod;
  const { items } = await client.list(budgets, { namespace });
  const found = items.filter((budget) => selects(budget, pod.labels));
  if (found.length === 0) return [];
  const all = (await client.list(pods, { namespace })).items;
  return found.map((budget) => ({
    name: budget.metadata.name ?? '',
    unreadyPods: all
      .filter((other) => selects(budget, other.metadata.labels ?? {}) && !holds(other, 'Ready'))
      .map((other) => `${namespace}/${other.metadata.name}`),
  }));
}

/** A budget without a selector is of no pod. */
function selects({ spec }: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  const selector = isObject(spec) ? spec['selector'] : undefined;
  return isObject(selector) && matchesLabels(selector, labels);
}

/** Calls `onChange` when a pod or a budget changes. Ends by itself when a watch does. */
function watchDrains(client: ClusterClient, onChange: () => void): { close(): void } {
  let isOpen = true;
  const told = () => {
    if (isOpen) onChange();
  };
  const watches = [pods, budgets].map((resource) =>
    client.watch(resource, {}, { onEvent: told, onError: () => undefined }),
  );
  return {
    close() {
      isOpen = false;
      for (const watch of watches) watch.close();
    },
  };
}

function eventOf(node: KubeObject, said: { reason: string; message: string }, clock: Clock): KubeObject {
  const { name = '', uid = '' } = node.metadata;
  const at = rfc3339Seconds(clock.now());
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${name}.`, namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'Node', name, uid },
    ...said,
    type: 'Normal',
    source: { component: 'upgrader' },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
}

/** A node that somebody has deleted needs no more. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof ClusterError && thrown.status === 404) return undefined;
    throw thrown;
  }
}
