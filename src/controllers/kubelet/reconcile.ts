import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type Pod, type PodStatus, pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { isFinished } from '../shared/pods.ts';
import { commitStatus } from '../shared/status.ts';
import type { SimulatedNode, SimulatedNodes } from './nodes.ts';
import { finishedStatus, runningStatus } from './pod-status.ts';
import { simulatedRun } from './simulated-run.ts';

const podTimes = {
  /** How long a simulated container takes to end once it is told to; never longer than the pod's grace. */
  stopMs: 300,
} as const;

/** Exit code of a process that was asked to end. */
const terminatedBySignal = 143;

export interface KubeletContext extends ClusterContext {
  readonly pods: Informer<Pod>;
  readonly simulated: SimulatedNodes;
}

/** One pass over a pod: start it, let it end, or take it down. */
export async function reconcilePod(key: string, context: KubeletContext): Promise<Reconciled | undefined> {
  const pod = context.pods.get(key);
  const node = pod?.spec.nodeName ? context.simulated.get(pod.spec.nodeName) : undefined;
  if (!pod || !node) return undefined;
  if (pod.status?.podIP) node.podAddresses.hold(pod.metadata.uid ?? '', pod.status.podIP);
  if (pod.metadata.deletionTimestamp) return takeDown(pod, node, context);
  if (isFinished(pod)) {
    node.podAddresses.release(pod.metadata.uid ?? '');
    return undefined;
  }
  if (pod.status?.phase !== 'Running') return start(pod, node, context);
  return letEnd(pod, context);
}

async function start(
  pod: Pod,
  node: SimulatedNode,
  context: KubeletContext,
): Promise<Reconciled | undefined> {
  const { clock, random } = context;
  const address = pod.spec.hostNetwork ? node.address : node.podAddresses.take(pod.metadata.uid ?? '');
  if (address === undefined) {
    const message = `Failed to create pod sandbox: no free address in the pod range of ${node.name}`;
    tell(pod, node.name, { type: 'Warning', reason: 'FailedCreatePodSandBox', message }, context);
    return { againAfterMs: 10_000 };
  }
  const status = runningStatus({ pod, node, address, random, nowMs: clock.now() });
  const running = await writeStatus(pod, status, context);
  if (!running) return undefined;
  tellStarted(pod, node.name, context);
  return letEnd(running, context);
}

async function letEnd(pod: Pod, context: KubeletContext): Promise<Reconciled | undefined> {
  const startedMs = Date.parse(pod.status?.startTime ?? '');
  const run = simulatedRun(pod);
  const limitMs = (pod.spec.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  if (!run && limitMs === Number.POSITIVE_INFINITY) return undefined;
  const lastsMs = Math.min(run?.runMs ?? limitMs, limitMs);
  const leftMs = startedMs + lastsMs - context.clock.now();
  if (leftMs > 0) return { againAfterMs: leftMs };
  const outOfTime = lastsMs === limitMs && limitMs !== run?.runMs;
  const end = outOfTime
    ? { exitCode: terminatedBySignal, reason: 'DeadlineExceeded' }
    : { exitCode: run?.exitCode ?? 0 };
  await writeStatus(pod, finishedStatus(pod, { ...end, nowMs: context.clock.now() }), context);
  return undefined;
}

/** Gives the containers their time to end, then removes the pod. */
async function takeDown(
  pod: Pod,
  node: SimulatedNode,
  context: KubeletContext,
): Promise<Reconciled | undefined> {
  const { clock } = context;
  const graceSeconds = pod.metadata.deletionGracePeriodSeconds;
  // Another controller only noted its delete; the watch brings the real one.
  if (graceSeconds === undefined) return undefined;
  const graceMs = graceSeconds * 1000;
  const isRunning = pod.status?.phase === 'Running';
  if (isRunning) {
    // The timestamp is when the grace ends, not when it began.
    const askedMs = Date.parse(pod.metadata.deletionTimestamp ?? '') - graceMs;
    const leftMs = askedMs + Math.min(podTimes.stopMs, graceMs) - clock.now();
    tellStopping(pod, node.name, context);
    if (leftMs > 0) return { againAfterMs: leftMs };
  }
  let current = pod;
  if (isRunning && pod.metadata.finalizers?.length) {
    // Somebody waits to see how it ended.
    const ended = finishedStatus(pod, { exitCode: terminatedBySignal, nowMs: clock.now() });
    current = (await writeStatus(pod, ended, context)) ?? pod;
  }
  if (graceMs > 0 || !current.metadata.finalizers?.length) await remove(current, context);
  node.podAddresses.release(pod.metadata.uid ?? '');
  return undefined;
}

async function remove(pod: Pod, context: KubeletContext): Promise<void> {
  const { uid = '' } = pod.metadata;
  await ignoringMissing(
    context.client.delete(pods, refOf(pod), { gracePeriodSeconds: 0, preconditions: { uid } }),
  );
}

function writeStatus(pod: Pod, status: PodStatus, context: KubeletContext): Promise<Pod | undefined> {
  return commitStatus(pod, status, { client: context.client, informer: context.pods });
}

interface Said {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly fieldPath?: string;
}

function tell(pod: Pod, host: string, said: Said, context: KubeletContext): void {
  context.events.record(pod, { ...said, component: 'kubelet', host });
}

function tellStarted(pod: Pod, host: string, context: KubeletContext): void {
  const inits = (pod.spec.initContainers ?? []).map((container) => ({ container, path: 'initContainers' }));
  const rest = pod.spec.containers.map((container) => ({ container, path: 'containers' }));
  for (const { container, path } of [...inits, ...rest]) {
    const fieldPath = `spec.${path}{${container.name}}`;
    const say = (reason: string, message: string) =>
      tell(pod, host, { type: 'Normal', reason, message, fieldPath }, context);
    say('Pulled', `Container image "${container.image ?? ''}" already present on machine`);
    say('Created', `Created container: ${container.name}`);
    say('Started', `Started container ${container.name}`);
  }
}

const told = new WeakSet<Pod>();

function tellStopping(pod: Pod, host: string, context: KubeletContext): void {
  if (told.has(pod)) return;
  told.add(pod);
  for (const container of pod.spec.containers) {
    const fieldPath = `spec.containers{${container.name}}`;
    const message = `Stopping container ${container.name}`;
    tell(pod, host, { type: 'Normal', reason: 'Killing', message, fieldPath }, context);
  }
}
