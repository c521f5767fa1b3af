import { isObject, type JsonObject, type Random, rfc3339Seconds } from '../../base/index.ts';
import type { Container, ContainerStatus, Pod } from '../kinds/core.ts';
import type { Ending } from './endings.ts';
import { imageId, qualifiedImage } from './images.ts';
import type { PodNotes } from './notes.ts';

/** Something that is told of a pod or one of its containers. */
export interface Said {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** One container at one moment. */
export interface ContainerView {
  readonly pod: Pod;
  readonly container: Container;
  readonly role: 'init' | 'sidecar' | 'main';
  /** Undefined: nothing has been said of it. */
  readonly status: ContainerStatus | undefined;
  readonly nowMs: number;
  readonly random: Random;
  readonly notes: PodNotes;
  /** What it cannot be configured with. */
  readonly missing: string | undefined;
  /** How its program ends; undefined: not by itself. */
  ending(): Ending | undefined;
  /** Whether a probe that runs a command succeeds now, and what it says. */
  probe(command: readonly string[]): { readonly ok: boolean; readonly output: string };
}

/** What a container becomes; without a status it stays as it is until `againAfterMs`. */
export interface Becoming {
  readonly status?: ContainerStatus;
  readonly said?: readonly Said[];
  readonly againAfterMs?: number | undefined;
}

/** One stage of a container's life: when it is in it, and what comes of that. */
export interface ContainerStage {
  readonly name: string;
  concerns(view: ContainerView): boolean;
  becomes(view: ContainerView): Becoming;
}

/** What containers and kubelets do in their time, as the kubelet has it. */
export const containerTimes = {
  firstBackOffMs: 10_000,
  longestBackOffMs: 300_000,
  /** After so long a run the back-off begins anew. */
  forgetBackOffMs: 600_000,
  /** How often what is missing is looked for. */
  lookAgainMs: 2_000,
} as const;

export type StateName = 'waiting' | 'running' | 'terminated';

export function stateOf(status: ContainerStatus | undefined, name: StateName): JsonObject | undefined {
  const state = status?.state?.[name];
  return isObject(state) ? state : undefined;
}

export function timeOf(state: JsonObject | undefined, name: 'startedAt' | 'finishedAt'): number {
  const at = state?.[name];
  return typeof at === 'string' ? Date.parse(at) : Number.NaN;
}

export function textOf(state: JsonObject | undefined, name: string): string {
  const value = state?.[name];
  return typeof value === 'string' ? value : '';
}

export function say(
  { container, role }: Pick<ContainerView, 'container' | 'role'>,
  type: Said['type'],
  [reason, message]: readonly [string, string],
): Said {
  const list = role === 'main' ? 'containers' : 'initContainers';
  return { type, reason, message, fieldPath: `spec.${list}{${container.name}}` };
}

/** `name_namespace(uid)`, as a kubelet names a pod. */
export function podWords({ metadata }: Pod): string {
  return `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
}

export function waiting(
  view: Pick<ContainerView, 'container' | 'status'>,
  reason: string,
  message?: string,
): ContainerStatus {
  const { container, status } = view;
  const image = container.image ?? '';
  return {
    ...(status ?? { lastState: {}, restartCount: 0 }),
    restartCount: status?.restartCount ?? 0,
    name: container.name,
    image: status?.containerID === undefined ? image : status.image,
    imageID: status?.imageID ?? '',
    ready: false,
    started: false,
    state: { waiting: { ...(message !== undefined && { message }), reason } },
  };
}

export function running(view: ContainerView): ContainerStatus {
  const { container, status, nowMs, random, role } = view;
  const image = container.image ?? '';
  const ended = stateOf(status, 'terminated');
  const before = ended ? { terminated: ended } : (status?.lastState ?? {});
  const wasStarted = ended !== undefined || Object.keys(status?.lastState ?? {}).length > 0;
  return {
    name: container.name,
    image: qualifiedImage(image),
    imageID: imageId(image),
    containerID: `containerd://${Buffer.from(random.bytes(32)).toString('hex')}`,
    lastState: before,
    ready: role !== 'init' && !isProbed(container),
    restartCount: wasStarted ? (status?.restartCount ?? 0) + 1 : 0,
    started: !('startupProbe' in container),
    state: { running: { startedAt: rfc3339Seconds(nowMs) } },
  };
}

/** Probes that say something other than yes from the first moment on. */
function isProbed(container: Container): boolean {
  return 'readinessProbe' in container || 'startupProbe' in container;
}

export function terminated(
  status: ContainerStatus,
  end: {
    readonly exitCode: number;
    readonly atMs: number;
    readonly reason?: string;
    readonly signal?: number;
  },
): ContainerStatus {
  const { exitCode, atMs, reason } = end;
  const { containerID } = status;
  const startedAt = textOf(stateOf(status, 'running'), 'startedAt') || rfc3339Seconds(atMs);
  const ended = {
    ...(containerID !== undefined && { containerID }),
    exitCode,
    finishedAt: rfc3339Seconds(atMs),
    reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    startedAt,
  };
  return { ...status, ready: false, started: false, state: { terminated: ended } };
}
