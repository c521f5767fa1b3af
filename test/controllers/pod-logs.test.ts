import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { type Pod, pods } from '../../src/controllers/kinds/core.ts';
import type { TestEndpoint } from '../apiserver/harness.ts';
import { eventually, startTestCluster, type TestCluster } from './harness.ts';

const accounts = defineKind<KubeObject>('v1', 'ServiceAccount', 'serviceaccounts');
const namespace = 'default';
let cluster: TestCluster;
let endpoint: TestEndpoint;

before(async () => {
  cluster = await startTestCluster();
  endpoint = await cluster.listen();
  await eventually(
    cluster.client,
    accounts,
    { namespace, name: 'default' },
    (account) => account !== undefined,
  );
});
after(() => cluster.close());

async function run(
  name: string,
  containers: JsonObject[],
  more: JsonObject = {},
  annotations: Record<string, string> = {},
) {
  const metadata = { name, namespace, annotations };
  // The parts of a spec that a test gives make one.
  const spec = { restartPolicy: 'Never', ...more, containers } as unknown as Pod['spec'];
  await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
  await eventually(cluster.client, pods, { namespace, name }, (pod) => {
    const statuses = pod?.status?.containerStatuses ?? [];
    return (
      statuses.length > 0 &&
      statuses.every(
        ({ state = {} }) =>
          !('waiting' in state) || 'CrashLoopBackOff' === JSON.parse(JSON.stringify(state)).waiting.reason,
      )
    );
  });
}

const shell = (name: string, script: string) => ({
  name,
  image: 'busybox:1.36',
  command: ['sh', '-c', script],
});

test('a log says what the program of its container said, as far as is asked for', async () => {
  await run('counts', [
    shell('main', 'for i in $(seq 1 5); do echo line $i; done; echo "to $HOSTNAME" >&2; sleep 3600'),
  ]);
  const log = (...flags: string[]) => endpoint.kubectl('logs', 'counts', ...flags);
  assert.equal(await log(), 'line 1\nline 2\nline 3\nline 4\nline 5\nto counts\n');
  assert.equal(await log('--tail=2'), 'line 5\nto counts\n');
  assert.equal(await log('--limit-bytes=10'), 'line 1\nlin');
  assert.match(await log('--timestamps', '--tail=1'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z to counts\n$/);
  assert.equal(await log('--since-time=2099-01-01T00:00:00Z'), '');
  assert.equal((await log('--since=1h')).split('\n').length, 7);
});

test('a log is followed until its container ends', async () => {
  await run('ends', [shell('main', 'echo begins; sleep 2; echo ends')]);
  assert.equal(await endpoint.kubectl('logs', '-f', 'ends'), 'begins\nends\n');
});

test('the run before is told apart from the one that is there', async () => {
  await run('restarts', [shell('main', 'echo failed; exit 1')], { restartPolicy: 'Always' });
  assert.equal(await endpoint.kubectl('logs', '--previous', 'restarts'), 'failed\n');
  await run('steady', [shell('main', 'sleep 3600')]);
  const refused = await endpoint.run(['logs', '--previous', 'steady']);
  assert.match(refused.stderr, /previous terminated container "main" in pod "steady" not found/);
});

test('a log of a container that waits says for what', async () => {
  await cluster.client.create(pods, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'absent', namespace } },
    spec: { containers: [{ name: 'main', image: 'app:notfound' }] },
  });
  await eventually(cluster.client, pods, { namespace, name: 'absent' }, (pod) =>
    JSON.stringify(pod?.status ?? {}).includes('ImagePullBackOff'),
  );
  const refused = await endpoint.run(['logs', 'absent']);
  const why = 'container "main" in pod "absent" is waiting to start: trying and failing to pull image';
  assert.equal(refused.stderr, `Error from server (BadRequest): ${why}\n`);
});

test('several containers each have a log, and an annotation says what is in it', async () => {
  const serves = { name: 'web', image: 'nginx', ports: [{ containerPort: 8080 }] };
  await run(
    'pair',
    [serves, shell('beside', 'echo beside; sleep 3600')],
    {},
    { 'drydock.dev/log.web': 'as told' },
  );
  const both = await endpoint.kubectl('logs', 'pair', '--all-containers');
  assert.deepEqual(both.split('\n').sort(), ['', 'as told', 'beside']);
  assert.equal(await endpoint.kubectl('logs', 'pair', '-c', 'beside'), 'beside\n');
  await run('serves', [serves]);
  assert.match(
    await endpoint.kubectl('logs', 'serves'),
    /^nginx started as web of serves on node-\d\nlistening on port 8080\n$/,
  );
});
