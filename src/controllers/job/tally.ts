import type { Job } from '../kinds/batch.ts';
import type { Pod } from '../kinds/core.ts';
import { isActive } from '../shared/pods.ts';
import { type FailureRule, ruleOf } from './failure-policy.ts';
import { failuresBefore, indexOf, parseIndexes, trackingFinalizer } from './job-pod.ts';

/** How a Job stands, with pods that ended since the last pass counted in. */
export interface Tally {
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly completedIndexes: ReadonlySet<number>;
  /** Those that are tried no more, of a Job that counts failures by index. */
  readonly failedIndexes: ReadonlySet<number>;
  /** Why a pod's failure is the end of the Job. */
  readonly failsJob: string | undefined;
  /** Ended pods whose end this pass counts: their finalizer goes once that is written. */
  readonly counted: readonly Pod[];
  /** Their uids: when a crash comes between the two, they are not counted twice. */
  readonly uncounted: { succeeded?: string[]; failed?: string[] };
  /** Failures since the last success, for the delay before the next pod. */
  readonly failuresInARow: number;
  readonly lastFailureMs: number;
}

/**
 * Counts ended pods. A pod is counted once: its uid stands in `uncountedTerminatedPods` from when it is counted until
 * its finalizer is gone.
 */
export function countEnded(job: Job, owned: readonly Pod[]): Tally {
  const before = job.status?.uncountedTerminatedPods ?? {};
  const known = new Set([...(before.succeeded ?? []), ...(before.failed ?? [])]);
  const held = owned.filter((pod) => pod.metadata.finalizers?.includes(trackingFinalizer));
  const ended = held.filter(hasEnded);
  const fresh = ended.filter((pod) => !known.has(pod.metadata.uid ?? ''));
  const isSuccess = (pod: Pod) => pod.status?.phase === 'Succeeded';
  const completedIndexes = parseIndexes(job.status?.completedIndexes);
  const newlySucceeded = fresh.filter((pod) => {
    if (!isSuccess(pod)) return false;
    const index = indexOf(pod);
    if (index === undefined) return true;
    const isNew = !completedIndexes.has(index);
    completedIndexes.add(index);
    return isNew;
  });
  const failures = owned.filter((pod) => hasEnded(pod) && !isSuccess(pod)).map(endedMs);
  const lastSuccessMs = latest(owned.filter(isSuccess).map(endedMs));
  const uids = (success: boolean) =>
    ended.filter((pod) => isSuccess(pod) === success).map((pod) => pod.metadata.uid ?? '');
  const [succeeded, failed] = [uids(true), uids(false)];
  const fellOut = fresh.filter((pod) => !isSuccess(pod)).map((pod) => ({ pod, rule: ruleOf(job, pod) }));
  return {
    active: owned.filter(isActive).length,
    succeeded: (job.status?.succeeded ?? 0) + newlySucceeded.length,
    failed: (job.status?.failed ?? 0) + fellOut.filter(({ rule }) => rule?.action !== 'Ignore').length,
    completedIndexes,
    failedIndexes: failedIndexesOf(job, fellOut),
    failsJob: fellOut.find(({ rule }) => rule?.action === 'FailJob')?.rule?.message,
    counted: ended,
    uncounted: {
      ...(succeeded.length > 0 ? { succeeded } : {}),
      ...(failed.length > 0 ? { failed } : {}),
    },
    failuresInARow: failures.filter((ms) => ms > lastSuccessMs).length,
    lastFailureMs: latest(failures),
  };
}

/** 0 for none. There may be more than a call takes arguments. */
function latest(times: readonly number[]): number {
  return times.reduce((last, each) => Math.max(last, each), 0);
}

/** An index fails with its last try, or when the policy says so. */
function failedIndexesOf(
  job: Job,
  failures: readonly { readonly pod: Pod; readonly rule: FailureRule | undefined }[],
): Set<number> {
  const { backoffLimitPerIndex } = job.spec;
  const indexes = parseIndexes(job.status?.failedIndexes);
  if (backoffLimitPerIndex === undefined) return indexes;
  for (const { pod, rule } of failures) {
    const index = indexOf(pod);
    if (index === undefined || rule?.action === 'Ignore') continue;
    if (rule?.action === 'FailIndex' || failuresBefore(pod) >= backoffLimitPerIndex) indexes.add(index);
  }
  return indexes;
}

/** Succeeded, failed, or taken away before it could end. */
function hasEnded(pod: Pod): boolean {
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') return true;
  // Nobody runs a pod without a node: it will not report an end.
  return pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName;
}

function endedMs(pod: Pod): number {
  const times = (pod.status?.containerStatuses ?? []).map(({ state }) => {
    const terminated = state?.['terminated'];
    const at =
      typeof terminated === 'object' && terminated && !Array.isArray(terminated)
        ? terminated['finishedAt']
        : undefined;
    return typeof at === 'string' ? Date.parse(at) : 0;
  });
  return Math.max(0, ...times);
}
