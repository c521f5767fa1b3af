import { findCondition, isTrue } from '../../apimachinery/conditions.ts';
import type { Pod, PodTemplate } from '../kinds/core.ts';

/** Neither finished nor being deleted. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !pod.metadata.deletionTimestamp;
}

export function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function isReady(pod: Pod): boolean {
  return isTrue(pod.status?.conditions, 'Ready');
}

/** Milliseconds until a ready pod counts as available: 0 when it does, undefined while it is not ready. */
export function availableInMs(pod: Pod, minReadySeconds: number, nowMs: number): number | undefined {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  const readySinceMs = Date.parse(ready.lastTransitionTime ?? '');
  return Math.max(0, readySinceMs + minReadySeconds * 1000 - nowMs);
}

export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  return availableInMs(pod, minReadySeconds, nowMs) === 0;
}

/** The parts of a new pod that its template gives. */
export function fromTemplate(template: PodTemplate): Pick<Pod, 'spec'> & { metadata: Pod['metadata'] } {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    metadata: {
      ...(labels ? { labels: { ...labels } } : {}),
      ...(annotations ? { annotations: { ...annotations } } : {}),
      ...(finalizers ? { finalizers: [...finalizers] } : {}),
    },
    spec: template.spec,
  };
}

/**
 * Order in which surplus pods go: without a node first, then not running, not ready, ready for a shorter time, and
 * younger ones.
 */
export function compareForDeletion(a: Pod, b: Pod): number {
  return (
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    phaseRank(a) - phaseRank(b) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    compareTimes(readySince(b), readySince(a)) ||
    compareTimes(b.metadata.creationTimestamp, a.metadata.creationTimestamp)
  );
}

function phaseRank(pod: Pod): number {
  return { Pending: 0, Unknown: 1, Running: 2 }[pod.status?.phase ?? 'Pending'] ?? 0;
}

function readySince(pod: Pod): string | undefined {
  return findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime;
}

function compareTimes(a: string | undefined, b: string | undefined): number {
  const [left, right] = [a ?? '', b ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
