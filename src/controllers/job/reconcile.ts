import { findCondition, isTrue } from '../../apimachinery/conditions.ts';
import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type Job, type JobCondition, type JobStatus, jobs } from '../kinds/batch.ts';
import type { Pod } from '../kinds/core.ts';
import { inBatches, inSlowBatches } from '../shared/batches.ts';
import type { ClusterContext } from '../shared/context.ts';
import { release } from '../shared/finalizers.ts';
import { claim } from '../shared/owners.ts';
import { createPod, deletePod, type PodControl } from '../shared/pod-control.ts';
import { compareForDeletion, isActive, isReady } from '../shared/pods.ts';
import { commitStatus } from '../shared/status.ts';
import { ruleOf } from './failure-policy.ts';
import { failuresBefore, formatIndexes, indexOf, jobPod, trackingFinalizer } from './job-pod.ts';
import { countEnded, type Tally } from './tally.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export const component = 'job-controller';
/** Pods made in one pass: a Job may want any number. */
const burstPods = 500;
/** As a Job's `managedBy` names this controller. */
const managerName = 'kubernetes.io/job-controller';

const jobTimes = {
  /** Delay before a failed pod is replaced; it doubles with each failure. */
  firstRetryMs: 10_000,
  longestRetryMs: 10 * 60_000,
} as const;

/** Index of pods by the key of the Job that made them, also when it is gone. */
export const podsByJob = 'job';

export interface JobContext extends ClusterContext {
  readonly jobs: Informer<Job>;
  readonly pods: Informer<Pod>;
}

/** One pass over a Job: count what ended, judge, start or stop pods, say so. */
export async function reconcileJob(key: string, context: JobContext): Promise<Reconciled | undefined> {
  const job = context.jobs.get(key);
  if (!job) {
    // Nobody counts them any more: nothing may hold them.
    await releasePods(context.pods.byIndex(podsByJob, key), context);
    return undefined;
  }
  if ((job.spec.managedBy ?? managerName) !== managerName) return undefined;
  const owned = await claimPods(job, context);
  if (isFinished(job) || job.metadata.deletionTimestamp) {
    await releasePods(owned, context);
    return expire(job, context);
  }
  const tally = countEnded(job, owned);
  const verdict = verdictOf(job, tally, context.clock.now());
  if (verdict) return finish(job, { owned, tally, verdict, context });
  try {
    return await runPods(job, { owned, tally, context });
  } finally {
    // Also when no more pods may be made: what there is counts.
    await writeStatus(job, statusOf(job, tally, context), context);
    await releasePods(tally.counted, context);
  }
}

function claimPods(job: Job, context: JobContext): Promise<readonly Pod[]> {
  const uid = job.metadata.uid ?? '';
  const selector = job.spec.selector ?? { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  return claim({ client: context.client, informer: context.pods, owner: job, ownerKind: jobs, selector });
}

export function isFinished(job: Job): boolean {
  return ['Complete', 'Failed'].some((type) => isTrue(job.status?.conditions, type));
}

interface Pass {
  readonly owned: readonly Pod[];
  readonly tally: Tally;
  readonly context: JobContext;
}

/** Keeps as many pods running as are wanted and still needed. */
async function runPods(job: Job, { owned, tally, context }: Pass): Promise<Reconciled | undefined> {
  const control: PodControl = { context, informer: context.pods, owner: job, component };
  const active = owned.filter(isActive);
  const wanted = job.spec.suspend ? 0 : wantedPods(job, tally);
  if (active.length > wanted) {
    const surplus = [...active].sort(compareForDeletion).slice(0, active.length - wanted);
    await inBatches(surplus, (pod) => deletePod(pod, control));
  }
  const missing = Math.min(wanted - active.length, burstPods);
  const deadlineMs = deadlineIn(job, context);
  if (missing <= 0) return deadlineMs === undefined ? undefined : { againAfterMs: deadlineMs };
  const waitMs = retryIn(tally, context);
  if (waitMs > 0) return { againAfterMs: Math.min(waitMs, deadlineMs ?? waitMs) };
  const indexes = indexesFor(job, missing, { tally, active });
  const failures = job.spec.backoffLimitPerIndex === undefined ? undefined : failuresByIndex(job, owned);
  const made = indexes.map((index) =>
    jobPod(job, index, index === undefined ? undefined : failures && (failures.get(index) ?? 0)),
  );
  await inSlowBatches(made, (pod) => createPod(pod, control));
  return deadlineMs === undefined ? undefined : { againAfterMs: deadlineMs };
}

function wantedPods(job: Job, tally: Tally): number {
  const { parallelism = 1, completions } = job.spec;
  // Without a number of completions the first success ends the starting of new pods.
  if (completions === undefined) return tally.succeeded > 0 ? tally.active : parallelism;
  return Math.max(0, Math.min(parallelism, completions - tally.succeeded - tally.failedIndexes.size));
}

/** One for each of the next pods: the lowest that nobody is at; undefined for pods of Jobs that do not count them. */
function indexesFor(
  job: Job,
  count: number,
  { tally, active }: { readonly tally: Tally; readonly active: readonly Pod[] },
): (number | undefined)[] {
  if (job.spec.completionMode !== 'Indexed') return Array.from({ length: count });
  const taken = new Set([...tally.completedIndexes, ...tally.failedIndexes, ...active.map(indexOf)]);
  const free: number[] = [];
  const { completions = 0 } = job.spec;
  for (let index = 0; index < completions && free.length < count; index++)
    if (!taken.has(index)) free.push(index);
  return free;
}

/** How often indexes failed, by their pods that did. */
function failuresByIndex(job: Job, owned: readonly Pod[]): Map<number, number> {
  const failures = new Map<number, number>();
  for (const pod of owned) {
    const index = indexOf(pod);
    if (index === undefined || pod.status?.phase !== 'Failed') continue;
    const failed = failuresBefore(pod) + (ruleOf(job, pod)?.action === 'Ignore' ? 0 : 1);
    failures.set(index, Math.max(failures.get(index) ?? 0, failed));
  }
  return failures;
}

/** A pod that failed is not replaced at once. */
function retryIn(tally: Tally, context: JobContext): number {
  if (tally.failuresInARow === 0) return 0;
  const delayMs = Math.min(jobTimes.longestRetryMs, jobTimes.firstRetryMs * 2 ** (tally.failuresInARow - 1));
  return tally.lastFailureMs + delayMs - context.clock.now();
}

function deadlineIn(job: Job, context: JobContext): number | undefined {
  const { activeDeadlineSeconds } = job.spec;
  if (activeDeadlineSeconds === undefined || !job.status?.startTime) return undefined;
  const dueMs = Date.parse(job.status.startTime) + activeDeadlineSeconds * 1000;
  return Math.max(0, dueMs - context.clock.now());
}

function statusOf(job: Job, tally: Tally, context: JobContext): JobStatus {
  const now = rfc3339Seconds(context.clock.now());
  const current = context.pods.byIndex('controller', job.metadata.uid ?? '');
  const active = current.filter(isActive);
  const { suspend } = job.spec;
  const known = job.status ?? {};
  const startTime = suspend ? undefined : (known.startTime ?? now);
  const { startTime: _, ...rest } = known;
  return {
    ...rest,
    ...(startTime ? { startTime } : {}),
    active: active.length,
    ready: active.filter(isReady).length,
    terminating: current.filter((pod) => pod.metadata.deletionTimestamp && !isEnded(pod)).length,
    succeeded: tally.succeeded,
    failed: tally.failed,
    ...(tally.completedIndexes.size > 0 ? { completedIndexes: formatIndexes(tally.completedIndexes) } : {}),
    ...(job.spec.backoffLimitPerIndex !== undefined && { failedIndexes: formatIndexes(tally.failedIndexes) }),
    uncountedTerminatedPods: tally.uncounted,
    conditions: suspension(job, now, context),
  };
}

function isEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function suspension(job: Job, now: string, context: JobContext): JobCondition[] {
  const conditions = job.status?.conditions ?? [];
  const known = findCondition(conditions, 'Suspended');
  const suspended = job.spec.suspend === true;
  if (!known && !suspended) return conditions;
  const status = suspended ? 'True' : 'False';
  if (known?.status === status) return conditions;
  const [reason, message] = suspended ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
  const said = suspended ? 'Suspended' : 'Resumed';
  context.events.record(job, { type: 'Normal', reason: said, message, component });
  const next = {
    type: 'Suspended',
    status,
    reason,
    message,
    lastProbeTime: now,
    lastTransitionTime: now,
  } as const;
  return [...conditions.filter((condition) => condition !== known), next];
}

function writeStatus(job: Job, status: JobStatus, context: JobContext): Promise<Job | undefined> {
  return commitStatus(job, status, { client: context.client, informer: context.jobs });
}

/** The end is said in two steps, as Job's API promises: first that it is decided, then that no pod is left. */
async function finish(
  job: Job,
  { owned, tally, verdict, context }: Pass & { readonly verdict: Verdict },
): Promise<Reconciled | undefined> {
  const control: PodControl = { context, informer: context.pods, owner: job, component };
  const active = owned.filter(isActive);
  await inBatches(active, (pod) => deletePod(pod, control));
  const now = rfc3339Seconds(context.clock.now());
  const counted = statusOf(job, tally, context);
  const said = (type: string): JobCondition => ({
    type,
    status: 'True',
    reason: verdict.reason,
    message: verdict.message,
    lastProbeTime: now,
    lastTransitionTime: now,
  });
  const decided = verdict.succeeded ? 'SuccessCriteriaMet' : 'FailureTarget';
  const conditions = [...(counted.conditions ?? [])];
  if (!findCondition(conditions, decided)) conditions.push(said(decided));
  // Pods that are counted but still held come first: then nothing can be counted twice.
  const stillThere = tally.counted.length > 0 || owned.some((pod) => !isEnded(pod));
  if (!stillThere) conditions.push(said(verdict.succeeded ? 'Complete' : 'Failed'));
  const completion = !stillThere && verdict.succeeded ? { completionTime: now } : {};
  const written = await writeStatus(
    job,
    { ...counted, active: 0, ready: 0, conditions, ...completion },
    context,
  );
  await releasePods(tally.counted, context);
  if (stillThere || !written) return undefined;
  const type = verdict.succeeded ? 'Normal' : 'Warning';
  const reason = verdict.succeeded ? 'Completed' : verdict.reason;
  const message = verdict.succeeded ? 'Job completed' : verdict.message;
  context.events.record(written, { type, reason, message, component });
  return expire(written, context);
}

/** Lets go of pods that are counted: their finalizer held them until then. */
async function releasePods(list: readonly Pod[], context: JobContext): Promise<void> {
  const held = list.filter((pod) => pod.metadata.finalizers?.includes(trackingFinalizer));
  const place = { client: context.client, informer: context.pods };
  await inBatches(held, (pod) => release(pod, trackingFinalizer, place));
}

/** Removes a finished Job when its time is over. */
async function expire(job: Job, context: JobContext): Promise<Reconciled | undefined> {
  const { ttlSecondsAfterFinished } = job.spec;
  if (ttlSecondsAfterFinished === undefined || job.metadata.deletionTimestamp) return undefined;
  const finished = (job.status?.conditions ?? []).find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  if (!finished) return undefined;
  const dueMs = Date.parse(finished.lastTransitionTime ?? '') + ttlSecondsAfterFinished * 1000;
  const leftMs = dueMs - context.clock.now();
  if (leftMs > 0) return { againAfterMs: leftMs };
  const preconditions = { uid: job.metadata.uid ?? '' };
  await ignoringMissing(
    context.client.delete(jobs, refOf(job), { propagationPolicy: 'Foreground', preconditions }),
  );
  return undefined;
}
