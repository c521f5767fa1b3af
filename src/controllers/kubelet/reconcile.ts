import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import { isObject } from '../../base/index.ts';
import { namesObjects } from '../../machines/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type Pod, type PodStatus, pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { isFinished } from '../shared/pods.ts';
import { commitStatus } from '../shared/status.ts';
import { containerTimes, type Said, stateOf } from './container-life.ts';
import type { SimulatedNode, SimulatedNodes } from './nodes.ts';
import type { KubeletNotes } from './notes.ts';
import { heldStatus, livePod } from './pod-life.ts';
import { stoppedStatus } from './pod-status.ts';
import { nothingAround, type PodSurroundings, type Rehearsals, surroundingsOf } from './rehearsals.ts';

const podTimes = {
  /** How long a simulated container takes to end once it is told to; never longer than the pod's grace. */
  stopMs: 300,
} as const;

/** Exit code of a process that was asked to end. */
const terminatedBySignal = 143;

export interface KubeletContext extends ClusterContext {
  readonly pods: Informer<Pod>;
  readonly simulated: SimulatedNodes;
  readonly notes: KubeletNotes;
  readonly rehearsals: Rehearsals;
}

/** One pass over a pod: take it as far as it comes now, or down. */
export async function reconcilePod(key: string, context: KubeletContext): Promise<Reconciled | undefined> {
  const pod = context.pods.get(key);
  const node = pod?.spec.nodeName ? context.simulated.get(pod.spec.nodeName) : undefined;
  if (!pod || !node) return undefined;
  const { uid = '' } = pod.metadata;
  if (pod.status?.podIP) node.podAddresses.hold(uid, pod.status.podIP);
  if (pod.metadata.deletionTimestamp) return takeDown(pod, node, context);
  if (isFinished(pod)) {
    node.podAddresses.release(uid);
    context.notes.forget(uid);
    return undefined;
  }
  return endAtDeadline(pod, context) ?? goOn(pod, node, context);
}

/** Undefined while the pod has time. */
function endAtDeadline(pod: Pod, context: KubeletContext): Promise<Reconciled | undefined> | undefined {
  const leftMs = deadlineLeftMs(pod, context);
  if (leftMs === undefined || leftMs > 0) return undefined;
  const reason = 'DeadlineExceeded';
  const message = 'Pod was active on the node longer than the specified deadline';
  const status = stoppedStatus(pod, {
    exitCode: terminatedBySignal,
    reason,
    message,
    nowMs: context.clock.now(),
  });
  return writeStatus(pod, status, context).then(() => undefined);
}

function deadlineLeftMs(pod: Pod, { clock }: KubeletContext): number | undefined {
  const { activeDeadlineSeconds } = pod.spec;
  const startedMs = Date.parse(pod.status?.startTime ?? '');
  if (activeDeadlineSeconds === undefined || Number.isNaN(startedMs)) return undefined;
  return startedMs + activeDeadlineSeconds * 1000 - clock.now();
}

async function goOn(pod: Pod, node: SimulatedNode, context: KubeletContext): Promise<Reconciled | undefined> {
  const { clock, random, notes, rehearsals } = context;
  const { uid = '' } = pod.metadata;
  const around = namesObjects(pod) ? await surroundingsOf(pod, context) : nothingAround;
  if (around.missingVolume && !pod.status?.podIP) return hold(pod, { node, around }, context);
  const address = pod.spec.hostNetwork ? node.address : node.podAddresses.take(uid);
  if (address === undefined) {
    const message = `Failed to create pod sandbox: no free address in the pod range of ${node.name}`;
    tell(pod, node.name, [{ type: 'Warning', reason: 'FailedCreatePodSandBox', message }], context);
    return { againAfterMs: 10_000 };
  }
  const becoming = livePod({
    ...{ pod, address, random, hostAddress: node.address, nowMs: clock.now() },
    notes: notes.of(uid),
    missing: around.missing,
    ending: (container) => rehearsals.ending(pod, container, around),
    probe: (container, command) => rehearsals.probe(pod, container, command, around),
  });
  notes.tidy(uid);
  const written = await writeStatus(pod, becoming.status, context);
  if (!written) return undefined;
  tell(pod, node.name, becoming.said, context);
  if (isFinished(written)) return undefined;
  const waits = [becoming.againAfterMs, deadlineLeftMs(written, context)].filter((ms) => ms !== undefined);
  return waits.length === 0 ? undefined : { againAfterMs: Math.min(...waits, longestWaitMs) };
}

/** What timers can count. */
const longestWaitMs = 24 * 3_600_000;

/** A pod whose volumes are not there waits for them. */
async function hold(
  pod: Pod,
  { node, around }: { readonly node: SimulatedNode; readonly around: PodSurroundings },
  context: KubeletContext,
): Promise<Reconciled | undefined> {
  const status = heldStatus({ pod, hostAddress: node.address, nowMs: context.clock.now() });
  const written = await writeStatus(pod, status, context);
  const { volume = '', message: why = '' } = around.missingVolume ?? {};
  const message = `MountVolume.SetUp failed for volume "${volume}" : ${why}`;
  if (written) tell(pod, node.name, [{ type: 'Warning', reason: 'FailedMount', message }], context);
  return { againAfterMs: containerTimes.lookAgainMs };
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
    const stopMs = preStopMs(pod, context) + podTimes.stopMs;
    const leftMs = askedMs + Math.min(stopMs, graceMs) - clock.now();
    tellStopping(pod, node.name, context);
    if (leftMs > 0) return { againAfterMs: leftMs };
  }
  let current = pod;
  if (isRunning && pod.metadata.finalizers?.length) {
    // Somebody waits to see how it ended.
    const ended = stoppedStatus(pod, { exitCode: terminatedBySignal, nowMs: clock.now() });
    current = (await writeStatus(pod, ended, context)) ?? pod;
  }
  if (graceMs > 0 || !current.metadata.finalizers?.length) await remove(current, context);
  node.podAddresses.release(pod.metadata.uid ?? '');
  context.notes.forget(pod.metadata.uid ?? '');
  return undefined;
}

/** The longest of what the containers do before they are told to end. */
function preStopMs(pod: Pod, { rehearsals }: KubeletContext): number {
  const times = pod.spec.containers.map((container) => {
    const lifecycle = container['lifecycle'];
    const preStop = isObject(lifecycle) ? lifecycle['preStop'] : undefined;
    if (!isObject(preStop)) return 0;
    const { sleep, exec } = preStop;
    if (isObject(sleep) && typeof sleep['seconds'] === 'number') return sleep['seconds'] * 1_000;
    const command = isObject(exec) ? exec['command'] : undefined;
    const words = Array.isArray(command) ? command.filter((word) => typeof word === 'string') : [];
    return words.length === 0 ? 0 : rehearsals.lastsMs(pod, container, words);
  });
  return Math.max(0, ...times);
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

function tell(pod: Pod, host: string, said: readonly Said[], context: KubeletContext): void {
  for (const each of said) context.events.record(pod, { ...each, component: 'kubelet', host });
}

const told = new WeakSet<Pod>();

function tellStopping(pod: Pod, host: string, context: KubeletContext): void {
  if (told.has(pod)) return;
  told.add(pod);
  for (const container of pod.spec.containers) {
    const status = pod.status?.containerStatuses?.find(({ name }) => name === container.name);
    if (status && !stateOf(status, 'running')) continue;
    const fieldPath = `spec.containers{${container.name}}`;
    const message = `Stopping container ${container.name}`;
    tell(pod, host, [{ type: 'Normal', reason: 'Killing', message, fieldPath }], context);
  }
}
