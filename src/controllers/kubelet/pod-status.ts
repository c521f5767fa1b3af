import { findCondition } from '../../apimachinery/conditions.ts';
import type { Condition } from '../../apimachinery/meta.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import type { ContainerStatus, Pod, PodStatus } from '../kinds/core.ts';
import { stateOf, terminated } from './container-life.ts';

/** What a pod's conditions follow from. */
export interface PodFacts {
  readonly phase: string;
  readonly nowMs: number;
  /** Names of containers that must end or start before the others begin. */
  readonly incomplete: readonly string[];
  /** Names of containers that are not ready. */
  readonly unready: readonly string[];
  readonly hasSandbox: boolean;
}

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

const yes: Verdict = { status: 'True' };
const ownConditions: ReadonlySet<string> = new Set([
  ...['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'],
]);

/** The conditions of a pod, in a kubelet's words; those of others stay. */
export function conditionsOf(pod: Pod, facts: PodFacts): Condition[] {
  const known = pod.status?.conditions ?? [];
  const now = rfc3339Seconds(facts.nowMs);
  const { generation } = pod.metadata;
  const containers = containersVerdict(facts);
  const condition = (type: string, { status, reason, message }: Verdict): Condition => {
    const before = findCondition(known, type);
    const since = before?.status === status ? before.lastTransitionTime : undefined;
    return {
      type,
      status,
      lastProbeTime: null,
      lastTransitionTime: since ?? now,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
  };
  return [
    condition('PodReadyToStartContainers', { status: facts.hasSandbox ? 'True' : 'False' }),
    condition('Initialized', initializedVerdict(facts)),
    condition('Ready', containers.status === 'True' ? gatesVerdict(pod) : containers),
    condition('ContainersReady', containers),
    condition('PodScheduled', yes),
    ...known.filter(({ type }) => !ownConditions.has(type)),
  ];
}

function initializedVerdict({ phase, incomplete }: PodFacts): Verdict {
  if (phase === 'Succeeded') return { ...yes, reason: 'PodCompleted' };
  if (incomplete.length === 0) return yes;
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function containersVerdict({ phase, unready }: PodFacts): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  if (unready.length === 0) return yes;
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

function gatesVerdict(pod: Pod): Verdict {
  const messages: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const gate = findCondition(pod.status?.conditions, conditionType);
    const name = `readiness gate "${conditionType}"`;
    if (!gate) messages.push(`corresponding condition of pod ${name} does not exist.`);
    else if (gate.status !== 'True')
      messages.push(`the status of pod ${name} is not "True", but ${gate.status}`);
  }
  if (messages.length === 0) return yes;
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

/** The status of a pod all of whose containers were made to end. */
export function stoppedStatus(
  pod: Pod,
  end: {
    readonly exitCode: number;
    readonly nowMs: number;
    readonly reason?: string;
    readonly message?: string;
  },
): PodStatus {
  const { exitCode, nowMs, reason, message } = end;
  const stopped = (statuses: readonly ContainerStatus[] = []) =>
    statuses.map((status) =>
      stateOf(status, 'running') ? terminated(status, { exitCode, atMs: nowMs }) : status,
    );
  const phase = exitCode === 0 ? 'Succeeded' : 'Failed';
  const inits = stopped(pod.status?.initContainerStatuses);
  return {
    ...pod.status,
    phase,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    conditions: conditionsOf(pod, { phase, nowMs, incomplete: [], unready: [], hasSandbox: false }),
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: stopped(pod.status?.containerStatuses),
  };
}
