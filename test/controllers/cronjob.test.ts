import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { asKind, type Kind } from '../../src/apimachinery/kinds.ts';
import { cronJobs, type Job, jobs } from '../../src/controllers/kinds/batch.ts';
import { eventObjects } from '../../src/controllers/kinds/core.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startTestCluster, type TestCluster } from './harness.ts';
import { template, workload } from './manifests.ts';

const minuteMs = 60_000;
const clock = new ManualClock();
let cluster: TestCluster;

before(async () => {
  cluster = await startTestCluster({ clock });
});
after(() => cluster.close());

/** Due every minute; its jobs are suspended, so that they do not end by themselves. */
function cronJob(name: string, spec: object) {
  const jobTemplate = {
    metadata: { labels: { of: name } },
    spec: { suspend: true, template: template(name, { restartPolicy: 'Never' }) },
  };
  const object = workload('batch/v1', 'CronJob', { name, schedule: '* * * * *', jobTemplate, ...spec });
  return cluster.client.create(cronJobs, object);
}

/** Lets the work of a moment be done, a little time at a time, until what is listed holds. */
async function until<T extends KubeObject>(
  kind: Kind<T>,
  select: { readonly labelSelector?: string; readonly fieldSelector?: string },
  holds: (found: readonly T[]) => boolean,
): Promise<readonly T[]> {
  for (let round = 0; round < 1_000; round++) {
    clock.advance(10);
    await setImmediate();
    const { items } = await cluster.client.list(kind, { namespace: 'default', ...select });
    const found = items.map((item) => asKind(kind, item));
    if (holds(found)) return found;
  }
  throw new Error(`${kind.kind} ${JSON.stringify(select)} does not come to it`);
}

function jobsOf(name: string, holds: (found: readonly Job[]) => boolean) {
  return until(jobs, { labelSelector: `of=${name}` }, holds);
}

function told(name: string, reason: string, message: RegExp) {
  const fieldSelector = `involvedObject.name=${name},reason=${reason}`;
  return until(eventObjects, { fieldSelector }, (events) =>
    events.some((event) => message.test(event.message ?? '')),
  );
}

function scheduledAt(name: string, atMs: number) {
  return until(cronJobs, { fieldSelector: `metadata.name=${name}` }, ([found]) =>
    Boolean(Date.parse(found?.status?.lastScheduleTime ?? '') === atMs && found?.status?.active?.length),
  );
}

/** Moves on to the next full minute. */
function nextMinute(): number {
  clock.advance(minuteMs - (clock.now() % minuteMs));
  return clock.now();
}

test('with Forbid a job that runs keeps the next one from starting, which is told, and when it is gone one starts', async () => {
  await cronJob('forbid', { concurrencyPolicy: 'Forbid' });
  await scheduledAt('forbid', nextMinute());
  const [first] = await jobsOf('forbid', (found) => found.length === 1);
  nextMinute();
  await told(
    'forbid',
    'JobAlreadyActive',
    /prior execution is still running and concurrency policy is Forbid/,
  );
  const [still, ...more] = await jobsOf('forbid', (found) => found.length > 0);
  assert.deepEqual([still?.metadata.uid, more.length], [first?.metadata.uid, 0]);
  const { name = '', namespace = '' } = first?.metadata ?? {};
  await cluster.client.delete(jobs, { name, namespace }, { propagationPolicy: 'Background' });
  const [next] = await jobsOf('forbid', (found) => found.some(({ metadata }) => metadata.name !== name));
  assert.notEqual(next?.metadata.uid, first?.metadata.uid);
});

test('with Replace the job that runs makes room for the next one', async () => {
  await cronJob('replace', { concurrencyPolicy: 'Replace' });
  await scheduledAt('replace', nextMinute());
  const [first] = await jobsOf('replace', (found) => found.length === 1);
  await scheduledAt('replace', nextMinute());
  await told('replace', 'SuccessfulDelete', new RegExp(`^Deleted job ${first?.metadata.name}$`));
  const [second] = await jobsOf(
    'replace',
    (found) => found.length === 1 && found[0]?.metadata.uid !== first?.metadata.uid,
  );
  await told('replace', 'SuccessfulCreate', new RegExp(`^Created job ${second?.metadata.name}$`));
});

test('with Allow jobs run beside each other; a suspended one starts none', async () => {
  await cronJob('suspended', { suspend: true });
  await cronJob('allow', { concurrencyPolicy: 'Allow' });
  await scheduledAt('allow', nextMinute());
  await scheduledAt('allow', nextMinute());
  await jobsOf('allow', (found) => found.length === 2);
  const { items } = await cluster.client.list(jobs, { namespace: 'default', labelSelector: 'of=suspended' });
  assert.equal(items.length, 0);
});

test('of the jobs that have ended only the newest are kept, as many of each end as is asked for', async () => {
  await cronJob('history', { successfulJobsHistoryLimit: 2, failedJobsHistoryLimit: 0 });
  const ended: string[] = [];
  for (const type of ['Complete', 'Failed', 'Complete', 'Complete'] as const) {
    await scheduledAt('history', nextMinute());
    const running = (found: readonly Job[]) =>
      found.find(({ metadata }) => !ended.includes(metadata.name ?? ''));
    const job = running(await jobsOf('history', (found) => running(found) !== undefined));
    assert.ok(job);
    const { name = '' } = job.metadata;
    ended.push(name);
    const at = new Date(clock.now()).toISOString().replace('.000', '');
    // A job is said to have ended by its controller alone: with when it began, and what it was about to do.
    const said = (each: string) => ({ type: each, status: 'True', lastTransitionTime: at });
    const end = type === 'Complete' ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed'];
    const status = {
      startTime: at,
      ...(type === 'Complete' && { completionTime: at }),
      conditions: end.map(said),
    };
    // A suspended job never began; its end needs one.
    const body = { spec: { suspend: false, parallelism: 0 } };
    const target = { namespace: 'default', name };
    await cluster.client.patch(jobs, target, { type: 'merge', body });
    await cluster.client.patch(jobs, target, { type: 'merge', body: { status } }, { subresource: 'status' });
    await told('history', 'SawCompletedJob', new RegExp(`^Saw completed job: ${name}, condition: ${type}$`));
  }
  const [first = '', failed = '', second = '', third = ''] = ended;
  const left = await jobsOf(
    'history',
    (found) => ![first, failed].some((gone) => found.some(({ metadata }) => metadata.name === gone)),
  );
  const names = left.map(({ metadata }) => metadata.name);
  assert.ok(names.includes(second) && names.includes(third), names.join());
  await told('history', 'SuccessfulDelete', new RegExp(`^Deleted job ${failed}$`));
  const [of] = await until(cronJobs, { fieldSelector: 'metadata.name=history' }, ([found]) =>
    Boolean(found?.status?.lastSuccessfulTime),
  );
  assert.ok(Date.parse(of?.status?.lastSuccessfulTime ?? '') <= clock.now());
});

test('a time that was missed is made up for once, unless its deadline is over', async () => {
  await cronJob('late', { suspend: true });
  await cronJob('too-late', { suspend: true, startingDeadlineSeconds: 20 });
  nextMinute();
  const missed = nextMinute();
  clock.advance(30_000);
  for (const name of ['late', 'too-late']) {
    const body = { spec: { suspend: false } };
    await cluster.client.patch(cronJobs, { namespace: 'default', name }, { type: 'merge', body });
  }
  await scheduledAt('late', missed);
  const made = await jobsOf('late', (found) => found.length > 0);
  assert.deepEqual(
    made.map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']),
    [new Date(missed).toISOString().replace('.000', '')],
  );
  assert.deepEqual(await jobsOf('too-late', () => true), []);
  await scheduledAt('too-late', nextMinute());
  assert.equal((await jobsOf('too-late', () => true)).length, 1);
});
