import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deployments } from '../../src/controllers/kinds/apps.ts';
import { eventually, startTestCluster, type TestCluster } from './harness.ts';

let cluster: TestCluster;
before(async () => {
  cluster = await startTestCluster();
});
after(() => cluster.close());

test('a deployment made by kubectl rolls out, scales and is deleted with its pods', async () => {
  const { kubectl } = await cluster.listen();
  await kubectl('create', 'deployment', 'web', '--image=nginx', '--replicas=3');
  assert.match(
    await kubectl('rollout', 'status', 'deployment/web'),
    /deployment "web" successfully rolled out/,
  );
  assert.match(await kubectl('get', 'deployment', 'web'), /web +3\/3 +3 +3 /);
  await kubectl('scale', 'deployment', 'web', '--replicas=5');
  await eventually(
    cluster.client,
    deployments,
    { namespace: 'default', name: 'web' },
    (d) => d?.status?.readyReplicas === 5,
  );
  const described = await kubectl('describe', 'deployment', 'web');
  assert.match(described, /Replicas: +5 desired \| 5 updated \| 5 total \| 5 available \| 0 unavailable/);
  assert.match(described, /Available +True +MinimumReplicasAvailable/);
  assert.match(described, /Progressing +True +NewReplicaSetAvailable/);
  assert.match(described, /ScalingReplicaSet.*Scaled up replica set web-\w+ from 0 to 3/);
  assert.match(described, /ScalingReplicaSet.*Scaled up replica set web-\w+ from 3 to 5/);
});
