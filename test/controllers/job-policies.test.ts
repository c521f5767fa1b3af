import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { conditionOf } from '../../src/apimachinery/conditions.ts';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { at, textAt } from '../../src/apimachinery/read.ts';
import { type Job, type JobSpec, jobs } from '../../src/controllers/kinds/batch.ts';
import { namespaces, pods, resourceQuotas } from '../../src/controllers/kinds/core.ts';
import { eventually, startTestCluster, type TestCluster } from './harness.ts';

const namespace = 'default';

describe('a Job', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startTestCluster();
  });
  after(() => cluster.close());

  /** Its pods run a shell command that the simulated nodes read, e.g. `exit 3`. */
  async function make(
    name: string,
    command: string,
    { namespace: place = namespace, ...spec }: Partial<JobSpec> & { namespace?: string },
  ): Promise<void> {
    await typedClient(cluster.client).create(jobs, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: place },
      spec: {
        ...spec,
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'c', image: 'i', command: ['sh', '-c', command] }],
          },
        },
      },
    });
  }

  const says = async (name: string, type: string) => {
    const found = await eventually<Job>(cluster.client, jobs, { name, namespace }, (job) =>
      Boolean(conditionOf(job, type)),
    );
    const condition = conditionOf(found, type);
    return { job: found, said: `${textAt(condition, 'reason')}: ${textAt(condition, 'message')}` };
  };

  it('ends at once with a failure that its policy says so of', async () => {
    const policy = (action: 'FailJob' | 'Count') => ({
      rules: [
        { action: 'Count' as const, onExitCodes: { operator: 'In', values: [7] } },
        { action, onExitCodes: { containerName: 'c', operator: 'NotIn', values: [1, 2] } },
      ],
    });
    await make('fails', 'exit 42', { podFailurePolicy: policy('FailJob') });
    const { said, job } = await says('fails', 'Failed');
    assert.match(
      said,
      /^PodFailurePolicy: Container c for pod default\/fails-\w+ failed with exit code 42 matching FailJob rule at index 1$/,
    );
    assert.equal(job?.status?.failed, 1);
    await make('counts', 'exit 42', { podFailurePolicy: policy('Count'), backoffLimit: 0 });
    assert.equal(
      (await says('counts', 'Failed')).said,
      'BackoffLimitExceeded: Job has reached the specified backoff limit',
    );
  });

  it('does not count failures that are to be ignored', async () => {
    const rules = [{ action: 'Ignore' as const, onExitCodes: { operator: 'In', values: [42] } }];
    await make('ignores', 'exit 42', { podFailurePolicy: { rules }, backoffLimit: 0 });
    const all = { namespace, labelSelector: 'job-name=ignores' };
    const client = typedClient(cluster.client);
    const done = await eventually<Job>(
      cluster.client,
      jobs,
      { name: 'ignores', namespace },
      (job) => (job?.status?.uncountedTerminatedPods?.failed ?? []).length > 0,
    );
    assert.equal(done?.status?.failed ?? 0, 0);
    assert.equal(conditionOf(done, 'Failed'), undefined);
    assert.ok((await client.list(pods, all)).items.length >= 1);
  });

  it('counts failures by index, and fails when all are done and some failed', async () => {
    await make('by-index', 'exit 3', {
      ...{ completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 0 },
    });
    const { said, job } = await says('by-index', 'Failed');
    assert.equal(said, 'FailedIndexes: Job has failed indexes');
    assert.equal(job?.status?.failedIndexes, '0,1');
    await make('most', 'exit 3', {
      ...{ completionMode: 'Indexed', completions: 3, parallelism: 3 },
      ...{ backoffLimitPerIndex: 0, maxFailedIndexes: 1 },
    });
    assert.equal(
      (await says('most', 'Failed')).said,
      'MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes',
    );
  });

  it('is done as soon as its success policy says so', async () => {
    await make('leads', 'exit 0', {
      ...{ completionMode: 'Indexed', completions: 5, parallelism: 1 },
      successPolicy: { rules: [{ succeededIndexes: '4', succeededCount: 1 }, { succeededIndexes: '0' }] },
    });
    const { said, job } = await says('leads', 'Complete');
    assert.equal(said, 'SuccessPolicy: Matched rules at index 1');
    assert.ok((job?.status?.succeeded ?? 0) < 5);
  });

  it('that somebody else looks after is left alone', async () => {
    await make('theirs', 'exit 0', { managedBy: 'example.com/queue' });
    await make('ours', 'exit 0', { managedBy: 'kubernetes.io/job-controller' });
    await says('ours', 'Complete');
    const job = await typedClient(cluster.client).get(jobs, { name: 'theirs', namespace });
    assert.equal(job.status?.startTime, undefined);
  });

  it('makes as many pods as it may, and says so, however many it asks for', async () => {
    const most = 2 ** 31 - 1;
    const wanted = [
      ['endless', { parallelism: most }],
      ['numbered', { completionMode: 'Indexed', completions: most, parallelism: 100_000 }],
    ] as const;
    for (const [name, spec] of wanted) {
      await cluster.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      await cluster.client.create(resourceQuotas, {
        ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few', namespace: name } },
        spec: { hard: { pods: '3' } },
      });
      await eventually(cluster.client, resourceQuotas, { name: 'few', namespace: name }, (quota) =>
        Boolean(at(quota, 'status', 'hard')),
      );
      await make(name, 'sleep 100000', { namespace: name, ...spec });
      const isAll = (job: Job | undefined) => job?.status?.active === 3;
      await eventually<Job>(cluster.client, jobs, { name, namespace: name }, isAll);
      const { items } = await typedClient(cluster.client).list(pods, { namespace: name });
      const indexes = items.map(
        ({ metadata }) => metadata.labels?.['batch.kubernetes.io/job-completion-index'],
      );
      assert.deepEqual(indexes.sort(), name === 'numbered' ? ['0', '1', '2'] : Array(3).fill(undefined));
      await typedClient(cluster.client).delete(
        jobs,
        { name, namespace: name },
        { propagationPolicy: 'Background' },
      );
    }
  });
});
