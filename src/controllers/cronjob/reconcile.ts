import { isTrue } from '../../apimachinery/conditions.ts';
import { nextTime, wallClock } from '../../apimachinery/cron/next-time.ts';
import { parseSchedule, type Schedule } from '../../apimachinery/cron/schedule.ts';
import { ignoringMissing, isAlreadyExists, refOf } from '../../apimachinery/kinds.ts';
import { errorMessage, jsonEqual, rfc3339Seconds } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type CronJob, cronJobs, type Job, jobs } from '../kinds/batch.ts';
import type { ClusterContext } from '../shared/context.ts';
import { controllerReference, ownedBy } from '../shared/owners.ts';
import { commitStatus } from '../shared/status.ts';

const component = 'cronjob-controller';
const history = { successful: 3, failed: 1 } as const;
/** Timers are set no further ahead than this. */
const longestWaitMs = 24 * 60 * 60_000;

export interface CronJobContext extends ClusterContext {
  readonly cronJobs: Informer<CronJob>;
  readonly jobs: Informer<Job>;
}

/** One pass over a CronJob: tidy up finished jobs, start what is due, come back at the next time. */
export async function reconcileCronJob(
  key: string,
  context: CronJobContext,
): Promise<Reconciled | undefined> {
  const cronJob = context.cronJobs.get(key);
  if (!cronJob || cronJob.metadata.deletionTimestamp) return undefined;
  const owned = ownedBy(context.jobs, cronJob);
  // What has ended is told before it goes.
  const noted = await writeStatus(cronJob, {}, context);
  if (!noted) return undefined;
  await trimHistory(noted, owned, context);
  const timing = timingOf(noted, context);
  if (!timing || noted.spec.suspend) return undefined;
  if (timing.dueMs !== undefined) await startDue(noted, timing.dueMs, context);
  if (timing.nextMs === undefined) return undefined;
  return { againAfterMs: Math.min(longestWaitMs, Math.max(1, timing.nextMs - context.clock.now())) };
}

function endOf(job: Job): 'Complete' | 'Failed' | undefined {
  return (['Complete', 'Failed'] as const).find((type) => isTrue(job.status?.conditions, type));
}

async function trimHistory(cronJob: CronJob, owned: readonly Job[], context: CronJobContext): Promise<void> {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cronJob.spec;
  const limits = {
    Complete: successfulJobsHistoryLimit ?? history.successful,
    Failed: failedJobsHistoryLimit ?? history.failed,
  };
  for (const end of ['Complete', 'Failed'] as const) {
    const finished = owned.filter((job) => endOf(job) === end).sort(compareStart);
    for (const job of finished.slice(0, Math.max(0, finished.length - limits[end]))) {
      await remove(cronJob, job, context);
    }
  }
}

function compareStart(a: Job, b: Job): number {
  return (a.status?.startTime ?? '') < (b.status?.startTime ?? '') ? -1 : 1;
}

async function remove(cronJob: CronJob, job: Job, context: CronJobContext): Promise<void> {
  await ignoringMissing(context.client.delete(jobs, refOf(job), { propagationPolicy: 'Background' }));
  context.jobs.observeDelete(job, rfc3339Seconds(context.clock.now()));
  tell(
    cronJob,
    'Normal',
    { reason: 'SuccessfulDelete', message: `Deleted job ${job.metadata.name}` },
    context,
  );
}

/** The most recent time that was missed, and the next one. */
function timingOf(
  cronJob: CronJob,
  context: CronJobContext,
): { readonly dueMs: number | undefined; readonly nextMs: number | undefined } | undefined {
  const { schedule: text, timeZone, startingDeadlineSeconds } = cronJob.spec;
  const schedule = parseSchedule(text);
  if ('problem' in schedule) {
    const message = `unparseable schedule: ${text} : ${schedule.problem}`;
    tell(cronJob, 'Warning', { reason: 'UnparseableSchedule', message }, context);
    return undefined;
  }
  const nowMs = context.clock.now();
  const clock = wallClock(timeZone);
  const { creationTimestamp = '' } = cronJob.metadata;
  let sinceMs = Date.parse(cronJob.status?.lastScheduleTime ?? creationTimestamp);
  if (startingDeadlineSeconds !== undefined) {
    sinceMs = Math.max(sinceMs, nowMs - startingDeadlineSeconds * 1000);
  }
  const dueMs = lastTime(schedule, { sinceMs, nowMs, clock });
  // What comes again and again counts from its last time, not from now.
  const fromMs = 'everyMs' in schedule ? (dueMs ?? sinceMs) : nowMs;
  return { dueMs, nextMs: nextTime(schedule, fromMs, clock) };
}

/** After more than this many missed times only the recent past is searched. */
const missedTimes = 100;

function lastTime(
  schedule: Schedule,
  { sinceMs, nowMs, clock }: { sinceMs: number; nowMs: number; clock: ReturnType<typeof wallClock> },
): number | undefined {
  if ('everyMs' in schedule) {
    const times = Math.floor((nowMs - sinceMs) / schedule.everyMs);
    return times < 1 ? undefined : sinceMs + times * schedule.everyMs;
  }
  let last: number | undefined;
  let at = nextTime(schedule, sinceMs, clock);
  for (let missed = 0; at !== undefined && at <= nowMs; missed++) {
    last = at;
    const stepMs = missed > missedTimes ? Math.floor((nowMs - at) / 2) : 0;
    at = nextTime(schedule, at + stepMs, clock);
  }
  return last;
}

async function startDue(cronJob: CronJob, dueMs: number, context: CronJobContext): Promise<void> {
  const active = ownedBy(context.jobs, cronJob).filter(
    (job) => !endOf(job) && !job.metadata.deletionTimestamp,
  );
  const { concurrencyPolicy = 'Allow' } = cronJob.spec;
  if (concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message =
      'Not starting job because prior execution is still running and concurrency policy is Forbid';
    tell(cronJob, 'Normal', { reason: 'JobAlreadyActive', message }, context);
    return;
  }
  if (concurrencyPolicy === 'Replace') for (const job of active) await remove(cronJob, job, context);
  const job = jobOf(cronJob, dueMs);
  try {
    context.jobs.observe(await context.client.create(jobs, job));
    const message = `Created job ${job.metadata.name}`;
    tell(cronJob, 'Normal', { reason: 'SuccessfulCreate', message }, context);
  } catch (thrown) {
    if (!isAlreadyExists(thrown)) {
      const message = `Error creating job: ${errorMessage(thrown)}`;
      tell(cronJob, 'Warning', { reason: 'FailedCreate', message }, context);
      throw thrown;
    }
  }
  await writeStatus(cronJob, { lastScheduleTime: rfc3339Seconds(dueMs) }, context);
}

/** A job's name carries its minute, so that a time is never run twice. */
function jobOf(cronJob: CronJob, dueMs: number): Job {
  const { name = '', namespace = '' } = cronJob.metadata;
  const { metadata, spec } = cronJob.spec.jobTemplate;
  return {
    apiVersion: jobs.apiVersion,
    kind: jobs.kind,
    metadata: {
      name: `${name}-${Math.floor(dueMs / 60_000)}`,
      namespace,
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      annotations: {
        ...metadata?.annotations,
        'batch.kubernetes.io/cronjob-scheduled-timestamp': rfc3339Seconds(dueMs),
      },
      ownerReferences: [controllerReference(cronJobs, cronJob)],
    },
    spec,
  };
}

/** Notes which jobs run and when one last succeeded. */
async function writeStatus(
  cronJob: CronJob,
  change: NonNullable<CronJob['status']>,
  context: CronJobContext,
): Promise<CronJob | undefined> {
  const owned = ownedBy(context.jobs, cronJob);
  const active = owned
    .filter((job) => !endOf(job) && !job.metadata.deletionTimestamp)
    .map((job) => {
      const { name = '', namespace = '', uid = '', resourceVersion = '' } = job.metadata;
      return { apiVersion: jobs.apiVersion, kind: jobs.kind, name, namespace, uid, resourceVersion };
    });
  const successes = owned.map((job) => job.status?.completionTime ?? '').sort();
  const { lastSuccessfulTime = '', active: knownActive = [], ...rest } = cronJob.status ?? {};
  const succeeded = [lastSuccessfulTime, successes.at(-1) ?? ''].sort().at(-1);
  // A running job's own changes do not matter: only which ones run.
  const sameJobs = jsonEqual(
    knownActive.map(({ uid }) => uid),
    active.map(({ uid }) => uid),
  );
  const status = {
    ...rest,
    ...change,
    ...(sameJobs ? { active: knownActive } : { active }),
    ...(succeeded ? { lastSuccessfulTime: succeeded } : {}),
  };
  for (const { uid, name } of knownActive) {
    const ended = owned.find((job) => job.metadata.uid === uid);
    const end = ended && endOf(ended);
    if (!end) continue;
    const message = `Saw completed job: ${name}, condition: ${end}`;
    tell(cronJob, 'Normal', { reason: 'SawCompletedJob', message }, context);
  }
  return commitStatus(cronJob, status, { client: context.client, informer: context.cronJobs });
}

function tell(
  cronJob: CronJob,
  type: 'Normal' | 'Warning',
  said: { readonly reason: string; readonly message: string },
  context: CronJobContext,
): void {
  context.events.record(cronJob, { type, ...said, component });
}
