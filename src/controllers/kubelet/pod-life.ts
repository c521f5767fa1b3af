import { type Random, rfc3339Seconds } from '../../base/index.ts';
import type { Container, ContainerStatus, Pod, PodStatus } from '../kinds/core.ts';
import { type Becoming, type ContainerView, type Said, stateOf, waiting } from './container-life.ts';
import { isRestarted, live } from './container-stages.ts';
import type { PodNotes } from './notes.ts';
import { conditionsOf } from './pod-status.ts';

/** What a pod's life depends on at one moment. */
export interface PodMoment {
  readonly pod: Pod;
  readonly hostAddress: string;
  readonly address: string;
  readonly nowMs: number;
  readonly random: Random;
  readonly notes: PodNotes;
  /** What containers cannot be configured with, by their name. */
  readonly missing: ReadonlyMap<string, string>;
  readonly ending: (container: Container) => ReturnType<ContainerView['ending']>;
  readonly probe: (container: Container, command: readonly string[]) => ReturnType<ContainerView['probe']>;
}

export interface PodBecoming {
  readonly status: PodStatus;
  readonly said: readonly Said[];
  readonly againAfterMs: number | undefined;
}

/** Takes a pod as far as it comes at this moment: containers before the others one after the other, then all the others. */
export function livePod(moment: PodMoment): PodBecoming {
  const { pod } = moment;
  const said: Said[] = [];
  const waits: number[] = [];
  const take = ({ said: told = [], againAfterMs }: Becoming) => {
    said.push(...told);
    if (againAfterMs !== undefined) waits.push(againAfterMs);
  };
  const isOver = mainsAreOver(moment);
  const inits: ContainerStatus[] = [];
  const incomplete: string[] = [];
  let [open, failed] = [true, false];
  for (const container of pod.spec.initContainers ?? []) {
    const view = viewOf(moment, container, container.restartPolicy === 'Always' ? 'sidecar' : 'init');
    // Once a pod is on its way, what came before it has been.
    const becoming = open ? (isOver && view.role === 'sidecar' ? stopped(view) : live(view)) : {};
    take(becoming);
    const status = becoming.status ?? view.status ?? waiting(view, 'PodInitializing');
    const done = isDone(view, status);
    inits.push(done && view.role === 'init' ? { ...status, ready: true } : status);
    if (!done) incomplete.push(container.name);
    if (view.role === 'init') failed ||= hasFailed(view, status);
    open &&= done;
  }
  const mains = pod.spec.containers.map((container) => {
    const view = viewOf(moment, container, 'main');
    const becoming = open ? live(view) : {};
    take(becoming);
    return becoming.status ?? view.status ?? waiting(view, 'PodInitializing');
  });
  const phase = phaseOf(moment, { mains, open, failed });
  const unready = [...mains, ...sidecarsOf(pod, inits)].filter(({ ready }) => !ready).map(({ name }) => name);
  return {
    status: statusOf(moment, { phase, inits, mains, incomplete, unready }),
    said,
    againAfterMs: waits.length > 0 ? Math.max(0, Math.min(...waits)) : undefined,
  };
}

function viewOf(moment: PodMoment, container: Container, role: ContainerView['role']): ContainerView {
  const { pod, nowMs, random, notes, missing } = moment;
  const statuses = role === 'main' ? pod.status?.containerStatuses : pod.status?.initContainerStatuses;
  let ending: { readonly known: ReturnType<ContainerView['ending']> } | undefined;
  return {
    ...{ pod, container, role, nowMs, random, notes, missing: missing.get(container.name) },
    status: statuses?.find(({ name }) => name === container.name),
    // A sidecar goes on, unless its program says otherwise.
    ending: () => (ending ??= { known: moment.ending(container) }).known,
    probe: (command) => moment.probe(container, command),
  };
}

function sidecarsOf(pod: Pod, inits: readonly ContainerStatus[]): ContainerStatus[] {
  return inits.filter((_, index) => pod.spec.initContainers?.[index]?.restartPolicy === 'Always');
}

/** Whether what comes after this container may begin. */
function isDone({ role }: ContainerView, status: ContainerStatus): boolean {
  if (role === 'sidecar') return status.started === true || stateOf(status, 'terminated') !== undefined;
  return stateOf(status, 'terminated')?.['exitCode'] === 0;
}

/** Ended without success, and for good. */
function hasFailed(view: ContainerView, status: ContainerStatus): boolean {
  const ended = stateOf(status, 'terminated');
  return ended !== undefined && ended['exitCode'] !== 0 && !isRestarted(view, false);
}

function mainsAreOver({ pod }: PodMoment): boolean {
  const statuses = pod.status?.containerStatuses ?? [];
  const policy = pod.spec.restartPolicy ?? 'Always';
  return (
    statuses.length > 0 &&
    policy !== 'Always' &&
    statuses.every((status) => {
      const ended = stateOf(status, 'terminated');
      return ended !== undefined && (policy === 'Never' || ended['exitCode'] === 0);
    })
  );
}

function stopped({ status, nowMs }: ContainerView): Becoming {
  const runs = stateOf(status, 'running');
  if (!status || !runs) return {};
  const finishedAt = rfc3339Seconds(nowMs);
  const ended = {
    ...runs,
    containerID: status.containerID ?? '',
    exitCode: 0,
    finishedAt,
    reason: 'Completed',
  };
  return { status: { ...status, ready: false, started: false, state: { terminated: ended } } };
}

function phaseOf(
  moment: PodMoment,
  {
    mains,
    open,
    failed,
  }: { readonly mains: readonly ContainerStatus[]; readonly open: boolean; readonly failed: boolean },
): string {
  if (failed) return 'Failed';
  if (!open) return 'Pending';
  const has = (name: 'waiting' | 'running' | 'terminated') => mains.some((status) => stateOf(status, name));
  if (has('running')) return 'Running';
  const isOver = mains.every((status, index) => {
    const container = moment.pod.spec.containers[index];
    const ended = stateOf(status, 'terminated');
    return (
      ended !== undefined &&
      container &&
      !isRestarted(viewOf(moment, container, 'main'), ended['exitCode'] === 0)
    );
  });
  if (isOver)
    return mains.every((status) => stateOf(status, 'terminated')?.['exitCode'] === 0)
      ? 'Succeeded'
      : 'Failed';
  // Waiting before its first start, or between two.
  const everRan = mains.some((status) => stateOf(status, 'terminated') ?? status.lastState?.['terminated']);
  return everRan ? 'Running' : 'Pending';
}

function statusOf(
  moment: PodMoment,
  parts: {
    readonly phase: string;
    readonly inits: readonly ContainerStatus[];
    readonly mains: readonly ContainerStatus[];
    readonly incomplete: readonly string[];
    readonly unready: readonly string[];
  },
): PodStatus {
  const { pod, nowMs, address, hostAddress } = moment;
  const { phase, inits, mains, incomplete, unready } = parts;
  const isFinished = phase === 'Succeeded' || phase === 'Failed';
  return {
    ...pod.status,
    phase,
    conditions: conditionsOf(pod, { phase, nowMs, incomplete, unready, hasSandbox: !isFinished }),
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: pod.status?.startTime ?? rfc3339Seconds(nowMs),
    ...(inits.length > 0 && { initContainerStatuses: [...inits] }),
    containerStatuses: [...mains],
  };
}

/** A pod that nothing of can begin: its volumes are not there. */
export function heldStatus(moment: Pick<PodMoment, 'pod' | 'hostAddress' | 'nowMs'>): PodStatus {
  const { pod, hostAddress, nowMs } = moment;
  const { initContainers = [], containers } = pod.spec;
  const hold = (list: readonly Container[], known: readonly ContainerStatus[] = []) =>
    list.map((container) => {
      const status = known.find(({ name }) => name === container.name);
      const reason = initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating';
      return status ?? waiting({ container, status }, reason);
    });
  const names = (list: readonly Container[]) => list.map(({ name }) => name);
  return {
    ...pod.status,
    phase: 'Pending',
    conditions: conditionsOf(pod, {
      ...{ phase: 'Pending', nowMs, incomplete: names(initContainers), unready: names(containers) },
      hasSandbox: false,
    }),
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    startTime: pod.status?.startTime ?? rfc3339Seconds(nowMs),
    ...(initContainers.length > 0 && {
      initContainerStatuses: hold(initContainers, pod.status?.initContainerStatuses),
    }),
    containerStatuses: hold(containers, pod.status?.containerStatuses),
  };
}
