import type { MemberCluster } from '../../src/controllers/kinds/fleet.ts';
import type { PlacementPolicy } from '../../src/controllers/kinds/placement.ts';

/** A member as the model sees it: labels, taints as `key=value`, figures, and why it may not be picked. */
export interface Cluster {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
  /** Values of the properties `size` and `resources.kubernetes-fleet.io/total-cpu`; undefined: it does not say. */
  readonly size: number | undefined;
  readonly cpu: number | undefined;
  readonly state: 'well' | 'silent' | 'sick' | 'new' | 'leaving';
  /** Undefined: its agent does not tell. */
  readonly namespaces: readonly string[] | undefined;
}

/** What the model is asked. */
export interface Question {
  readonly policy: PlacementPolicy;
  readonly count: number;
  readonly namespace: string | undefined;
  readonly clusters: readonly Cluster[];
  /** Clusters that the current policy has. */
  readonly held: readonly string[];
  /** Clusters that an older policy had. */
  readonly former: readonly string[];
}

export interface Answer {
  /** In the order in which they were picked: name and reason. */
  readonly picked: readonly string[];
  readonly rejected: readonly string[];
  readonly fulfilled: boolean;
}

const connection: Readonly<Record<Cluster['state'], string | undefined>> = {
  well: undefined,
  silent:
    'cluster is not connected to the fleet: no recent heartbeat signals (last received 10.00 minutes ago)',
  sick: 'cluster is not connected to the fleet: unhealthy for a prolonged period of time (last transitioned 6.00 minutes ago)',
  new: 'cluster is not connected to the fleet: member agent not online yet',
  leaving: 'cluster has left the fleet',
};

/** Says in one sweep what the scheduler should decide, by the rules as they are written down for users. */
export function decide(question: Question): Answer {
  const { policy } = question;
  if (policy.placementType === 'PickFixed') return decideFixed(question);
  const candidates = question.clusters.filter(({ name }) => !question.held.includes(name)).sort(byName);
  const verdicts = candidates.map((cluster) => ({ cluster, refusal: refusal(cluster, question) }));
  if (policy.placementType !== 'PickN') {
    return {
      picked: verdicts.filter(({ refusal }) => !refusal).map(({ cluster }) => success(cluster.name, 0, 0)),
      rejected: verdicts
        .filter(({ refusal }) => refusal)
        .map(({ refusal }) => `ClusterUnschedulable, ${refusal}`),
      fulfilled: true,
    };
  }
  return decideSome(question);
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function success(name: string, affinity: number, spread: number): string {
  return `Successfully scheduled resources for placement in "${name}" (affinity score: ${affinity}, topology spread score: ${spread}): picked by scheduling policy`;
}

function decideFixed({ policy, clusters, held }: Question): Answer {
  const picked: string[] = [];
  const rejected: string[] = [];
  for (const name of policy.clusterNames ?? []) {
    const cluster = clusters.find((each) => each.name === name);
    const problem = cluster && connection[cluster.state];
    if (!cluster) rejected.push(`Specified cluster "${name}" is not found`);
    else if (problem)
      rejected.push(`Cluster "${name}" is not eligible for resource placement yet: ${problem}`);
    else if (!held.includes(name))
      picked.push(`Successfully scheduled resources for placement in "${name}": picked by scheduling policy`);
  }
  return { picked, rejected, fulfilled: rejected.length === 0 };
}

function decideSome(question: Question): Answer {
  const has = [...question.held];
  const picked: string[] = [];
  let rejected: string[] = [];
  while (has.length < question.count) {
    const passed = [];
    const filtered: string[] = [];
    for (const cluster of question.clusters.filter(({ name }) => !has.includes(name)).sort(byName)) {
      const spread = spreadOf(cluster, question, has);
      const why = refusal(cluster, question) ?? (typeof spread === 'string' ? spread : undefined);
      if (why) filtered.push(`ClusterUnschedulable, ${why}`);
      else if (typeof spread === 'number')
        passed.push({ cluster, spread, affinity: affinityOf(cluster, question) });
    }
    // Best first; the larger name before the smaller.
    passed.sort(
      (a, b) =>
        b.spread - a.spread ||
        b.affinity - a.affinity ||
        Number(question.former.includes(b.cluster.name)) - Number(question.former.includes(a.cluster.name)) ||
        -byName(a.cluster, b.cluster),
    );
    const take = question.policy.topologySpreadConstraints ? 1 : question.count - has.length;
    const best = passed.splice(0, take);
    for (const { cluster, affinity, spread } of best) {
      has.push(cluster.name);
      picked.push(success(cluster.name, affinity, spread));
    }
    rejected = [
      ...passed.map(
        ({ cluster, affinity, spread }) =>
          `Cluster "${cluster.name}" does not score high enough (affinity score: ${affinity}, topology spread score: ${spread})`,
      ),
      ...filtered,
    ];
    if (best.length === 0) break;
  }
  return { picked, rejected, fulfilled: has.length >= question.count };
}

function refusal(cluster: Cluster, { policy, namespace }: Question): string | undefined {
  const terms =
    policy.affinity?.clusterAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.clusterSelectorTerms;
  if (terms?.length && !terms.some((term) => fits(cluster, term))) {
    return 'cluster does not match with any of the required cluster affinity terms';
  }
  const problem = connection[cluster.state];
  if (problem) return problem;
  if (namespace && cluster.namespaces && !cluster.namespaces.includes(namespace)) {
    return 'target namespace does not exist on cluster';
  }
  for (const taint of cluster.taints) {
    const [key = '', value = ''] = taint.split('=');
    const isTolerated = (policy.tolerations ?? []).some((one) => {
      if (one.operator === 'Exists') return !one.key || one.key === key;
      return one.operator === 'Equal' && one.key === key && (one.value ?? '') === value;
    });
    if (!isTolerated) return `taint &{Key:${key} Value:${value} Effect:NoSchedule} cannot be tolerated`;
  }
  return undefined;
}

type Term = {
  labelSelector?: { matchLabels?: Record<string, string> };
  propertySelector?: { matchExpressions: { name: string; operator: string; values: string[] }[] };
};

function fits(cluster: Cluster, { labelSelector, propertySelector }: Term): boolean {
  const labels = Object.entries(labelSelector?.matchLabels ?? {});
  if (labels.some(([key, value]) => cluster.labels[key] !== value)) return false;
  return (propertySelector?.matchExpressions ?? []).every(({ name, operator, values: [wanted = ''] }) => {
    const value = figure(cluster, name);
    if (value === undefined) return false;
    const difference = Math.sign(value - Number(wanted));
    const right: Readonly<Record<string, readonly number[]>> = {
      ...{ Gt: [1], Ge: [0, 1], Eq: [0], Ne: [-1, 1], Lt: [-1], Le: [-1, 0] },
    };
    return right[operator]?.includes(difference) ?? false;
  });
}

function figure(cluster: Cluster, name: string): number | undefined {
  return name === 'size' ? cluster.size : cluster.cpu;
}

function affinityOf(cluster: Cluster, { policy, clusters }: Question): number {
  let score = 0;
  const preferred = policy.affinity?.clusterAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const { weight, preference } of preferred) {
    if (!fits(cluster, preference)) continue;
    const { propertySorter: sorter } = preference;
    if (!sorter) {
      score += weight;
      continue;
    }
    const all = clusters.flatMap((each) => figure(each, sorter.name) ?? []);
    const own = figure(cluster, sorter.name);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    if (own === undefined || least === most) continue;
    const above = (own - least) / (most - least);
    const part = (sorter.sortOrder === 'Descending' ? above : 1 - above) * weight;
    // Halves go away from zero.
    score += part < 0 ? -Math.round(-part) : Math.round(part);
  }
  return score;
}

/** A text is a refusal. */
function spreadOf(cluster: Cluster, { policy, clusters }: Question, has: readonly string[]): number | string {
  let score = 0;
  for (const { topologyKey, maxSkew = 1, whenUnsatisfiable } of policy.topologySpreadConstraints ?? []) {
    const domain = cluster.labels[topologyKey];
    if (domain === undefined) continue;
    const counts = new Map<string, number>();
    for (const { name, labels } of clusters) {
      const its = labels[topologyKey];
      if (its !== undefined) counts.set(its, (counts.get(its) ?? 0) + (has.includes(name) ? 1 : 0));
    }
    const sorted = [...counts.values()].sort((a, b) => a - b);
    const [smallest = 0, second = smallest] = sorted;
    const largest = sorted.at(-1) ?? 0;
    const own = counts.get(domain) ?? 0;
    const skew = largest - smallest;
    let change = 0;
    if (largest === smallest) change = 1;
    else if (own === smallest && smallest !== second) change = -1;
    else if (own === largest) change = 1;
    if (skew + change <= maxSkew) score -= change;
    else if (whenUnsatisfiable === 'ScheduleAnyway') score -= 1000;
    else return `violated doNotSchedule topology spread constraint "${topologyKey}" (max skew ${maxSkew})`;
  }
  return score;
}

/** The object on the hub that the model's cluster stands for. */
export function memberOf(cluster: Cluster, nowMs: number): MemberCluster {
  const at = (minutesAgo: number) => new Date(nowMs - minutesAgo * 60_000).toISOString();
  const healthy = cluster.state !== 'sick';
  const condition = (type: string, status: 'True' | 'False') => ({
    ...{ type, status, reason: 'Said', message: '', lastTransitionTime: at(6) },
  });
  return {
    apiVersion: 'cluster.kubernetes-fleet.io/v1beta1',
    kind: 'MemberCluster',
    metadata: {
      name: cluster.name,
      labels: { ...cluster.labels },
      ...(cluster.state === 'leaving' && { deletionTimestamp: at(1) }),
    },
    spec: {
      identity: { kind: 'User', name: 'agent' },
      taints: cluster.taints.map((taint) => {
        const [key = '', value = ''] = taint.split('=');
        return { key, ...(value && { value }), effect: 'NoSchedule' };
      }),
    },
    status: {
      conditions: cluster.namespaces ? [condition('NamespaceCollectionSucceeded', 'True')] : [],
      ...(cluster.namespaces && {
        namespaces: Object.fromEntries(cluster.namespaces.map((name) => [name, ''])),
      }),
      ...(cluster.size !== undefined && {
        properties: { size: { value: String(cluster.size), observationTime: at(0) } },
      }),
      ...(cluster.cpu !== undefined && { resourceUsage: { capacity: { cpu: String(cluster.cpu) } } }),
      ...(cluster.state !== 'new' && {
        agentStatus: [
          {
            type: 'MemberAgent',
            lastReceivedHeartbeat: at(cluster.state === 'silent' ? 10 : 0),
            conditions: [condition('Joined', 'True'), condition('Healthy', healthy ? 'True' : 'False')],
          },
        ],
      }),
    },
  };
}
