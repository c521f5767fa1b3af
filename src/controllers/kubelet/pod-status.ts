import { createHash } from 'node:crypto';
import { findCondition } from '../../apimachinery/conditions.ts';
import type { Condition } from '../../apimachinery/meta.ts';
import { type Json, type JsonObject, type Random, rfc3339Seconds } from '../../base/index.ts';
import type { Container, ContainerStatus, Pod, PodStatus } from '../kinds/core.ts';
import type { SimulatedNode } from './nodes.ts';

/** What the runtime calls an image. */
function qualifiedImage(image: string): string {
  const named = image.includes('/') ? image : `library/${image}`;
  const first = named.split('/')[0] ?? '';
  const hosted = /[.:]|^localhost$/.test(first) ? named : `docker.io/${named}`;
  const last = hosted.slice(hosted.lastIndexOf('/') + 1);
  return /[:@]/.test(last) ? hosted : `${hosted}:latest`;
}

function imageId(image: string): string {
  const qualified = qualifiedImage(image).replace(/@[\s\S]*/, '');
  const repository = qualified.replace(/:[^:/]*$/, '');
  return `${repository}@sha256:${createHash('sha256').update(qualified).digest('hex')}`;
}

export interface Start {
  readonly pod: Pod;
  readonly node: SimulatedNode;
  readonly address: string;
  readonly random: Random;
  readonly nowMs: number;
}

/** The status of a pod all of whose containers run. */
export function runningStatus(start: Start): PodStatus {
  const { pod, node, address, nowMs } = start;
  const now = rfc3339Seconds(nowMs);
  const inits = (pod.spec.initContainers ?? []).map((container) =>
    container.restartPolicy === 'Always'
      ? containerStatus(container, {
          state: { running: { startedAt: now } },
          ready: true,
          random: start.random,
        })
      : containerStatus(container, { state: terminated(now, now, 0), ready: true, random: start.random }),
  );
  return {
    ...pod.status,
    phase: 'Running',
    conditions: conditionsOf(pod, nowMs, { ready: 'True' }),
    hostIP: node.address,
    hostIPs: [{ ip: node.address }],
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: pod.status?.startTime ?? now,
    ...(inits.length > 0 ? { initContainerStatuses: inits } : {}),
    containerStatuses: pod.spec.containers.map((container) =>
      containerStatus(container, {
        state: { running: { startedAt: now } },
        ready: true,
        random: start.random,
      }),
    ),
  };
}

/** The status of a pod whose containers have ended, by themselves or because it was told to go. */
export function finishedStatus(
  pod: Pod,
  end: { exitCode: number; nowMs: number; reason?: string },
): PodStatus {
  const now = rfc3339Seconds(end.nowMs);
  const succeeded = end.exitCode === 0;
  return {
    ...pod.status,
    phase: succeeded ? 'Succeeded' : 'Failed',
    ...(end.reason ? { reason: end.reason } : {}),
    conditions: conditionsOf(pod, end.nowMs, {
      ready: 'False',
      reason: succeeded ? 'PodCompleted' : 'PodFailed',
    }),
    ...(pod.status?.containerStatuses
      ? {
          containerStatuses: pod.status.containerStatuses.map((status) => ({
            ...status,
            ready: false,
            started: false,
            state: terminated(startedAt(status) ?? now, now, end.exitCode, status.containerID),
          })),
        }
      : {}),
  };
}

function startedAt(status: ContainerStatus): string | undefined {
  const running = status.state?.['running'];
  const at =
    typeof running === 'object' && running && !Array.isArray(running) ? running['startedAt'] : undefined;
  return typeof at === 'string' ? at : undefined;
}

function terminated(started: string, finished: string, exitCode: number, containerID?: string): JsonObject {
  const ended: { [key: string]: Json } = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: started,
    finishedAt: finished,
  };
  return { terminated: containerID ? { ...ended, containerID } : ended };
}

function containerStatus(
  container: Container,
  { state, ready, random }: { readonly state: JsonObject; readonly ready: boolean; readonly random: Random },
): ContainerStatus {
  const image = container.image ?? '';
  return {
    name: container.name,
    image: qualifiedImage(image),
    imageID: imageId(image),
    containerID: `containerd://${Buffer.from(random.bytes(32)).toString('hex')}`,
    lastState: {},
    ready,
    restartCount: 0,
    started: 'running' in state,
    state,
  };
}

function conditionsOf(
  pod: Pod,
  nowMs: number,
  { ready, reason }: { readonly ready: 'True' | 'False'; readonly reason?: string },
): Condition[] {
  const now = rfc3339Seconds(nowMs);
  const { generation } = pod.metadata;
  const condition = (type: string, status: 'True' | 'False', why?: string): Condition => {
    const known = findCondition(pod.status?.conditions, type);
    const since = known?.status === status ? known.lastTransitionTime : undefined;
    return {
      type,
      status,
      lastProbeTime: null,
      lastTransitionTime: since ?? now,
      ...(why ? { reason: why } : {}),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
  };
  return [
    condition('PodReadyToStartContainers', ready),
    condition('Initialized', 'True', ready === 'False' ? reason : undefined),
    condition('Ready', ready, reason),
    condition('ContainersReady', ready, reason),
    condition('PodScheduled', 'True'),
  ];
}
