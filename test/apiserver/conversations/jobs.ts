import { batch, container, cronJob, get, job, patch, post, put, template } from './asks.ts';
import type { Conversation } from './play.ts';

const jobs = batch('jobs');
const crons = batch('cronjobs');
const never = { restartPolicy: 'Never' };

/** What a job may be, and which of it may change. */
export const jobConversations: readonly Conversation[] = [
  {
    name: 'labels, selectors and defaults of a job',
    asks: [
      post(jobs, job('plain')),
      post(jobs, job('labelled', { template: template(never, { labels: { a: 'b' } }) })),
      post(jobs, { ...job('own'), metadata: { name: 'own', labels: { x: 'y' } } }),
      post(jobs, job('indexed', { completionMode: 'Indexed', completions: 3 })),
      post(jobs, job('indexed2', { completionMode: 'Indexed' })),
      post(jobs, job('mode', { completionMode: 'Foo' })),
      post(jobs, job('completions', { completions: 3 })),
      post(jobs, job('parallel', { parallelism: 3 })),
      post(jobs, job('selected', { selector: { matchLabels: { a: 'b' } } })),
      post(
        jobs,
        job('manual', {
          manualSelector: true,
          selector: { matchLabels: { a: 'b' } },
          template: template(never, { labels: { a: 'b' } }),
        }),
      ),
      post(jobs, job('manual2', { manualSelector: true, selector: { matchLabels: { a: 'b' } } })),
      post(jobs, job('manual3', { manualSelector: true })),
      post(jobs, job('restart', { template: template({ restartPolicy: 'Always' }, {}) })),
      post(jobs, job('norestart', { template: template({}, {}) })),
      post(
        jobs,
        job('negative', { parallelism: -1, completions: -2, backoffLimit: -1, ttlSecondsAfterFinished: -1 }),
      ),
      post(jobs, job('managed', { managedBy: 'a.b/c' })),
      post(jobs, job('managed2', { managedBy: 'nope' })),
      post(jobs, job('replacement', { podReplacementPolicy: 'Foo' })),
      post(jobs, job('replacement2', { podReplacementPolicy: 'Failed' })),
      post(jobs, job('suspended', { suspend: true })),
    ],
  },
  {
    name: 'failure and success policies',
    asks: [
      post(
        jobs,
        job('fail', {
          podFailurePolicy: {
            rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1, 2] } }],
          },
        }),
      ),
      post(
        jobs,
        job('zero', {
          podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [0] } }] },
        }),
      ),
      post(
        jobs,
        job('order', {
          podFailurePolicy: {
            rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [2, 1] } }],
          },
        }),
      ),
      post(
        jobs,
        job('twice', {
          podFailurePolicy: {
            rules: [{ action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [1, 1] } }],
          },
        }),
      ),
      post(
        jobs,
        job('action', {
          podFailurePolicy: { rules: [{ action: 'Foo', onExitCodes: { operator: 'In', values: [1] } }] },
        }),
      ),
      post(
        jobs,
        job('operator', {
          podFailurePolicy: { rules: [{ action: 'Ignore', onExitCodes: { operator: 'Foo', values: [1] } }] },
        }),
      ),
      post(
        jobs,
        job('container', {
          podFailurePolicy: {
            rules: [{ action: 'Ignore', onExitCodes: { containerName: 'x', operator: 'In', values: [1] } }],
          },
        }),
      ),
      post(jobs, job('neither', { podFailurePolicy: { rules: [{ action: 'Ignore' }] } })),
      post(
        jobs,
        job('both', {
          podFailurePolicy: {
            rules: [
              {
                action: 'Ignore',
                onExitCodes: { operator: 'In', values: [1] },
                onPodConditions: [{ type: 'A', status: 'True' }],
              },
            ],
          },
        }),
      ),
      post(
        jobs,
        job('conditions', {
          podFailurePolicy: {
            rules: [{ action: 'Ignore', onPodConditions: [{ type: 'A' }, { type: 'a b', status: 'Foo' }] }],
          },
        }),
      ),
      post(
        jobs,
        job('index', {
          podFailurePolicy: {
            rules: [{ action: 'FailIndex', onPodConditions: [{ type: 'A', status: 'True' }] }],
          },
        }),
      ),
      post(
        jobs,
        job('restartpolicy', {
          template: template({ restartPolicy: 'OnFailure' }, {}),
          podFailurePolicy: { rules: [] },
        }),
      ),
      post(jobs, job('success', { successPolicy: { rules: [{ succeededCount: 1 }] } })),
      post(
        jobs,
        job('success2', {
          completionMode: 'Indexed',
          completions: 3,
          successPolicy: { rules: [{ succeededCount: 5 }] },
        }),
      ),
      post(
        jobs,
        job('success3', {
          completionMode: 'Indexed',
          completions: 3,
          successPolicy: { rules: [{ succeededIndexes: '0-2', succeededCount: 2 }] },
        }),
      ),
      post(
        jobs,
        job('success4', {
          completionMode: 'Indexed',
          completions: 3,
          successPolicy: { rules: [{ succeededIndexes: '2-9' }] },
        }),
      ),
      post(
        jobs,
        job('success5', { completionMode: 'Indexed', completions: 3, successPolicy: { rules: [{}] } }),
      ),
      post(
        jobs,
        job('success6', { completionMode: 'Indexed', completions: 3, successPolicy: { rules: [] } }),
      ),
      post(jobs, job('perindex', { backoffLimitPerIndex: 1 })),
      post(
        jobs,
        job('perindex2', {
          completionMode: 'Indexed',
          completions: 3,
          backoffLimitPerIndex: 1,
          maxFailedIndexes: 5,
        }),
      ),
      post(jobs, job('perindex3', { completionMode: 'Indexed', completions: 3, maxFailedIndexes: 1 })),
      post(jobs, job('many', { completionMode: 'Indexed', completions: 200000, parallelism: 200000 })),
      post(jobs, { ...job('x'.repeat(63), { completionMode: 'Indexed', completions: 3 }) }),
    ],
  },
  {
    name: 'changes to a job',
    asks: [
      post(jobs, job('a', { completions: 2 })),
      patch(
        `${jobs}/a`,
        { spec: { template: { spec: { containers: [{ name: 'c', image: 'other' }] } } } },
        'strategic',
      ),
      patch(`${jobs}/a`, { spec: { completions: 3 } }),
      patch(`${jobs}/a`, { spec: { parallelism: 3 } }),
      patch(`${jobs}/a`, { spec: { completionMode: 'Indexed' } }),
      patch(`${jobs}/a`, { spec: { selector: { matchLabels: { a: 'b' } } } }),
      patch(`${jobs}/a`, { spec: { backoffLimit: 3, activeDeadlineSeconds: 5, ttlSecondsAfterFinished: 7 } }),
      patch(`${jobs}/a`, { spec: { manualSelector: true } }),
      patch(`${jobs}/a`, { spec: { managedBy: 'a.b/c' } }),
      patch(`${jobs}/a`, { spec: { podReplacementPolicy: 'Failed' } }),
      patch(`${jobs}/a`, { spec: { suspend: true } }),
      patch(`${jobs}/a`, { spec: { template: { spec: { nodeSelector: { a: 'b' } } } } }),
      patch(`${jobs}/a`, {
        spec: { template: { spec: { nodeSelector: null, containers: [{ ...container, image: 'x' }] } } },
      }),
      patch(`${jobs}/a`, {
        spec: { template: { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } } },
      }),
      patch(`${jobs}/a`, {
        spec: { template: { spec: { tolerations: [{ key: 'a', operator: 'Exists' }] } } },
      }),
      put(`${jobs}/a`, job('a', { completions: 2 })),
      patch(`${jobs}/a`, { metadata: { labels: { x: 'y' } } }),
      get(`${jobs}/a`),
      post(jobs, job('i', { completionMode: 'Indexed', completions: 3, parallelism: 3 })),
      patch(`${jobs}/i`, { spec: { completions: 5 } }),
      patch(`${jobs}/i`, { spec: { completions: 5, parallelism: 5 } }),
      patch(`${jobs}/i/status`, {
        status: { succeeded: 1, completedIndexes: '0', startTime: '2024-01-01T00:00:00Z' },
      }),
      patch(`${jobs}/i/status`, { status: { active: -1 } }),
      patch(`${jobs}/i/status`, { status: { conditions: [{ type: 'Complete', status: 'True' }] } }),
      patch(`${jobs}/i/status`, { status: { startTime: '2025-01-01T00:00:00Z' } }),
      patch(`${jobs}/i/status`, { status: { completionTime: '2023-01-01T00:00:00Z' } }),
    ],
  },
  {
    name: 'schedules',
    asks: [
      '@every 1m',
      '@every 5m30s',
      '@every foo',
      '@every 10',
      '@every',
      '@every -1m',
      '@hourly',
      '@daily',
      '@midnight',
      '@weekly',
      '@monthly',
      '@yearly',
      '@annually',
      '@reboot',
      '@Daily',
      '* * * *',
      '* * * * * *',
      '',
      '60 * * * *',
      '* 24 * * *',
      '* * 0 * *',
      '* * 32 * *',
      '* * * 13 *',
      '* * * 0 *',
      '* * * * 7',
      '* * * * SUN',
      '* * * jan-mar mon-fri',
      '* * * foo *',
      '*/5 * * * *',
      '*/0 * * * *',
      '5/15 * * * *',
      '1-5/2 * * * *',
      '5-1 * * * *',
      '1-2-3 * * * *',
      '1/2/3 * * * *',
      'a * * * *',
      '-1 * * * *',
      '1, * * * *',
      ', * * * *',
      '0 0 ? * *',
      '0 0 L * *',
      '0 0 * * 1#2',
      '0 0 31 2 *',
      '* * * * *  ',
      '  * * * * *',
      '*\t* * * *',
      'TZ=UTC * * * * *',
      'CRON_TZ=UTC * * * * *',
      'TZ=Nowhere/Land * * * * *',
      '*-5 * * * *',
      '*/a * * * *',
      '1-* * * * *',
      '99999999999999999999 * * * *',
    ].map((schedule) => post(`${crons}?dryRun=All`, cronJob('c', { schedule }))),
  },
  {
    name: 'rules of a cron job',
    asks: [
      post(crons, cronJob('a')),
      post(crons, cronJob('zone', { timeZone: 'Europe/Berlin' })),
      post(crons, cronJob('zone2', { timeZone: 'europe/berlin' })),
      post(crons, cronJob('zone3', { timeZone: 'Nowhere/Land' })),
      post(crons, cronJob('zone4', { timeZone: '' })),
      post(crons, cronJob('zone5', { timeZone: 'Local' })),
      post(crons, cronJob('zone6', { timeZone: '../etc' })),
      post(crons, cronJob('zone7', { timeZone: 'UTC', schedule: 'TZ=UTC * * * * *' })),
      post(crons, cronJob('policy', { concurrencyPolicy: 'Foo' })),
      post(crons, cronJob('deadline', { startingDeadlineSeconds: -1 })),
      post(crons, cronJob('history', { successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -1 })),
      post(crons, cronJob('selector', {}, { selector: { matchLabels: { a: 'b' } } })),
      post(crons, cronJob('manual', {}, { manualSelector: true })),
      post(crons, cronJob('restart', {}, { template: template({ restartPolicy: 'Always' }, {}) })),
      post(crons, cronJob('indexed', {}, { completionMode: 'Indexed' })),
      post(crons, cronJob('n'.repeat(53))),
      post(crons, cronJob('n'.repeat(52))),
      patch(`${crons}/a`, { spec: { schedule: 'TZ=UTC * * * * *' } }),
      patch(`${crons}/a`, { spec: { schedule: '@every 1h', suspend: true } }),
      patch(`${crons}/a`, { spec: { jobTemplate: { spec: { completions: 4 } } } }),
      patch(`${crons}/a`, { spec: { timeZone: 'Nope' } }),
      get(`${crons}/a`),
    ],
  },
];
