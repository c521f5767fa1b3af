import { findCondition } from '../../apimachinery/conditions.ts';
import type { Pod } from '../kinds/core.ts';
import { isReady } from '../shared/pods.ts';
import { MetricError, milliOf, type PodUses } from './metrics-api.ts';

/** As kube-controller-manager's flags say by default. */
const tolerance = 0.1;
const cpuInitializationMs = 5 * 60 * 1000;
const initialReadinessMs = 30 * 1000;

/** What is to be known of an autoscaler's pods to say how many there should be. */
export interface Pods {
  readonly current: number;
  readonly pods: readonly Pod[];
  readonly nowMs: number;
}

function isWithin(ratio: number): boolean {
  return 1 - tolerance <= ratio && ratio <= 1 + tolerance;
}

interface Ratio {
  readonly ratio: number;
  readonly average: number;
  readonly percent?: number;
}

/** How many replicas there should be, and what is used on average (thousandths, and percent of what was asked for). */
export interface Proposal {
  readonly replicas: number;
  readonly average: number;
  readonly percent?: number;
}

/** For a percentage of what pods ask for. */
export function byUtilization(
  of: Pods,
  uses: PodUses,
  target: { readonly percent: number; readonly resource: string; readonly container: string },
): Proposal {
  const { percent, resource, container } = target;
  const requests = new Map<string, number>();
  const ratioOf = (all: PodUses): Ratio => {
    let [used, asked, count] = [0, 0, 0];
    for (const [name, { milli }] of all) {
      const request = requests.get(name);
      if (request === undefined) continue;
      used += milli;
      asked += request;
      count++;
    }
    if (asked === 0) throw new MetricError('no metrics returned matched known pods');
    const current = Math.trunc((used * 100) / asked);
    return { ratio: current / percent, average: Math.trunc(used / count), percent: current };
  };
  const fallback = (name: string) => ((requests.get(name) ?? 0) * Math.max(100, percent)) / 100;
  return propose(of, uses, {
    ...{ resource, ratioOf, fallback },
    prepare() {
      for (const pod of of.pods)
        requests.set(pod.metadata.name ?? '', requestOf(pod, { resource, container }));
    },
  });
}

/** For a value on average, in thousandths; `resource` is '' for what is none. */
export function byAverage(of: Pods, uses: PodUses, target: { milli: number; resource: string }): Proposal {
  const ratioOf = (all: PodUses): Ratio => {
    let sum = 0;
    for (const { milli } of all.values()) sum += milli;
    const average = Math.trunc(sum / all.size);
    return { ratio: average / target.milli, average };
  };
  return propose(of, uses, { ...{ resource: target.resource, ratioOf }, fallback: () => target.milli });
}

interface Way {
  readonly resource: string;
  readonly ratioOf: (uses: PodUses) => Ratio;
  /** What a pod without a metric is taken to use when there are to be fewer. */
  readonly fallback: (name: string) => number;
  readonly prepare?: () => void;
}

/** Pods that are not ready, or of which nothing is known, never turn the direction. */
function propose(of: Pods, uses: PodUses, way: Way): Proposal {
  if (of.pods.length === 0)
    throw new MetricError('no pods returned by selector while calculating replica count');
  const groups = grouped(of, uses, way.resource);
  for (const name of [...groups.ignored, ...groups.unready]) uses.delete(name);
  if (uses.size === 0) {
    throw new MetricError('did not receive metrics for targeted pods (pods might be unready)');
  }
  way.prepare?.();
  const { ratio, ...told } = way.ratioOf(uses);
  const staying = { replicas: of.current, ...told };
  const addsUnready = groups.unready.length > 0 && ratio > 1;
  if (!addsUnready && groups.missing.length === 0) {
    return isWithin(ratio) ? staying : { replicas: Math.ceil(ratio * groups.ready), ...told };
  }
  const put = (name: string, milli: number) => uses.set(name, { milli, atMs: of.nowMs, windowMs: 0 });
  for (const name of groups.missing) {
    if (ratio < 1) put(name, way.fallback(name));
    else if (ratio > 1) put(name, 0);
  }
  if (addsUnready) for (const name of groups.unready) put(name, 0);
  const next = way.ratioOf(uses).ratio;
  if (isWithin(next) || (ratio < 1 && next > 1) || (ratio > 1 && next < 1)) return staying;
  const replicas = Math.ceil(next * uses.size);
  const turns = (next < 1 && replicas > of.current) || (next > 1 && replicas < of.current);
  return turns ? staying : { replicas, ...told };
}

function grouped({ pods, nowMs }: Pods, uses: PodUses, resource: string) {
  const groups = { ready: 0, unready: [] as string[], missing: [] as string[], ignored: [] as string[] };
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const use = uses.get(name);
    if (pod.metadata.deletionTimestamp || pod.status?.phase === 'Failed') groups.ignored.push(name);
    else if (pod.status?.phase === 'Pending') groups.unready.push(name);
    else if (!use) groups.missing.push(name);
    else if (resource === 'cpu' && isWarmingUp(pod, use, nowMs)) groups.unready.push(name);
    else groups.ready++;
  }
  return groups;
}

/** What a pod uses while it starts says little of what it will use. */
function isWarmingUp(pod: Pod, use: { atMs: number; windowMs: number }, nowMs: number): boolean {
  const condition = findCondition(pod.status?.conditions, 'Ready');
  const startedMs = Date.parse(pod.status?.startTime ?? '');
  if (!condition || Number.isNaN(startedMs)) return true;
  const changedMs = Date.parse(condition.lastTransitionTime ?? '');
  const isUnready = condition.status === 'False';
  if (startedMs + cpuInitializationMs > nowMs) return isUnready || use.atMs < changedMs + use.windowMs;
  return isUnready && startedMs + initialReadinessMs > changedMs;
}

/** Thousandths of a resource that a pod, or one container of it, asks for. Throws MetricError when one does not say. */
function requestOf(pod: Pod, { resource, container }: { resource: string; container: string }): number {
  const always = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers = [...pod.spec.containers, ...always];
  const meant = containers.filter(({ name }) => container === '' || name === container);
  const name = pod.metadata.name ?? '';
  return meant.reduce((sum, { name: of, resources }) => {
    const request = resources?.requests?.[resource];
    if (request !== undefined) return sum + milliOf(request);
    throw new MetricError(`missing request for ${resource} in container ${of} of Pod ${name}`);
  }, 0);
}

/** For one value of all of them. */
export function byTotal(of: Pods, milli: number, targetMilli: number): number {
  const ratio = milli / targetMilli;
  if (of.current === 0) return Math.ceil(ratio);
  if (isWithin(ratio)) return of.current;
  if (of.pods.length === 0) {
    const why = 'no pods returned by selector while calculating replica count';
    throw new MetricError(`unable to calculate ready pods: ${why}`);
  }
  const ready = of.pods.filter((pod) => pod.status?.phase === 'Running' && isReady(pod)).length;
  return Math.ceil(ratio * ready);
}

/** For one value that is shared by all; `statusReplicas`: how many there are. */
export function byShare(statusReplicas: number, milli: number, targetMilli: number): Proposal {
  const ratio = milli / (targetMilli * statusReplicas);
  const replicas = isWithin(ratio) ? statusReplicas : Math.ceil(milli / targetMilli);
  return { replicas, average: Math.ceil(milli / statusReplicas) };
}
