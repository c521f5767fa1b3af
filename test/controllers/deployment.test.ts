import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { asKind } from '../../src/apimachinery/kinds.ts';
import { type JsonObject, jsonEqual } from '../../src/base/index.ts';
import { type Deployment, deployments, replicaSets } from '../../src/controllers/kinds/apps.ts';
import { eventObjects, pods } from '../../src/controllers/kinds/core.ts';
import { eventually, eventuallyAll, pool, startTestCluster, type TestCluster } from './harness.ts';
import { template, workload } from './manifests.ts';

let cluster: TestCluster;
before(async () => {
  cluster = await startTestCluster();
});
after(() => cluster.close());

async function create(spec: { name: string } & Record<string, unknown>): Promise<Deployment> {
  return asKind(
    deployments,
    await cluster.client.create(deployments, workload('apps/v1', 'Deployment', spec)),
  );
}

/** The deployment once all its pods are of the current template and available. */
function rolledOut(name: string, replicas: number): Promise<Deployment | undefined> {
  return eventually(cluster.client, deployments, { namespace: 'default', name }, (deployment) => {
    const { generation } = deployment?.metadata ?? {};
    const {
      observedGeneration,
      updatedReplicas = 0,
      availableReplicas = 0,
      replicas: all = 0,
    } = deployment?.status ?? {};
    return (
      deployment !== undefined &&
      observedGeneration === generation &&
      [updatedReplicas, availableReplicas, all].every((count) => count === replicas)
    );
  });
}

async function setImage(name: string, image: string): Promise<void> {
  const body = { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } };
  await cluster.client.patch(deployments, { namespace: 'default', name }, { type: 'strategic', body });
}

test('what kubectl does to a deployment looks as it does on a real cluster', async () => {
  const { kubectl } = await cluster.listen();
  await kubectl('create', 'deployment', 'web', '--image=nginx', '--replicas=3');
  assert.match(
    await kubectl('rollout', 'status', 'deployment/web'),
    /deployment "web" successfully rolled out/,
  );
  assert.match(await kubectl('get', 'deployment', 'web'), /web +3\/3 +3 +3 /);
  await kubectl('scale', 'deployment', 'web', '--replicas=5');
  await rolledOut('web', 5);
  const described = await kubectl('describe', 'deployment', 'web');
  assert.match(described, /Replicas: +5 desired \| 5 updated \| 5 total \| 5 available \| 0 unavailable/);
  assert.match(described, /Available +True +MinimumReplicasAvailable/);
  assert.match(described, /Progressing +True +NewReplicaSetAvailable/);
  assert.match(described, /ScalingReplicaSet .*Scaled up replica set web-\w+ from 0 to 3/);
  assert.match(described, /ScalingReplicaSet .*Scaled up replica set web-\w+ from 3 to 5/);
  await kubectl('set', 'image', 'deployment/web', 'nginx=nginx:1.27');
  await kubectl('rollout', 'status', 'deployment/web');
  assert.match(await kubectl('rollout', 'history', 'deployment/web'), /1 +<none>\n2 +<none>/);
  await kubectl('rollout', 'undo', 'deployment/web');
  await kubectl('rollout', 'status', 'deployment/web');
  assert.match(await kubectl('rollout', 'history', 'deployment/web'), /2 +<none>\n3 +<none>/);
  // A finished rollout may still have pods of before that are on their way out.
  await eventuallyAll(
    cluster.client,
    pods,
    { namespace: 'default', labelSelector: 'app=web' },
    (all) => all.length === 5 && all.every(({ metadata }) => metadata.deletionTimestamp === undefined),
  );
  const [pod = ''] = (await kubectl('get', 'pods', '-o', 'name', '-l', 'app=web')).split('\n');
  const podText = await kubectl('describe', pod);
  for (const reason of ['Scheduled', 'Pulled', 'Created', 'Started'])
    assert.match(podText, new RegExp(`Normal +${reason} `));
  assert.match(podText, /Ready +True/);
  await kubectl('delete', 'deployment', 'web');
  await eventuallyAll(
    cluster.client,
    pods,
    { namespace: 'default', labelSelector: 'app=web' },
    (all) => all.length === 0,
  );
});

test('a rolling update never has fewer pods available nor more in all than its strategy allows', async () => {
  await create({
    name: 'rolling',
    replicas: 10,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } },
  });
  await rolledOut('rolling', 10);
  const seen = { least: 10, most: 0 };
  const watch = cluster.client.watch(
    deployments,
    { fieldSelector: 'metadata.name=rolling' },
    {
      onEvent(event) {
        if (event.type === 'BOOKMARK') return;
        const { status } = asKind(deployments, event.object);
        seen.least = Math.min(seen.least, status?.availableReplicas ?? 0);
        seen.most = Math.max(seen.most, status?.replicas ?? 0);
      },
      onError() {},
    },
  );
  await setImage('rolling', 'nginx:2');
  await rolledOut('rolling', 10);
  watch.close();
  assert.ok(seen.least >= 9, `${seen.least} available`);
  assert.ok(seen.most <= 12, `${seen.most} pods`);
  const { items } = await cluster.client.list(replicaSets, {
    namespace: 'default',
    labelSelector: 'app=rolling',
  });
  const sizes = new Map(
    items.map((set) => [
      set.metadata.annotations?.['deployment.kubernetes.io/revision'],
      asKind(replicaSets, set).spec.replicas,
    ]),
  );
  assert.deepEqual([sizes.get('1'), sizes.get('2')], [0, 10]);
});

test('Recreate takes every old pod down before it makes a new one', async () => {
  await create({ name: 'recreated', replicas: 3, strategy: { type: 'Recreate' } });
  await rolledOut('recreated', 3);
  let mixed = false;
  const images = new Map<string, string>();
  const watch = cluster.client.watch(
    pods,
    { namespace: 'default', labelSelector: 'app=recreated' },
    {
      onEvent(event) {
        if (event.type === 'BOOKMARK') return;
        const pod = asKind(pods, event.object);
        if (event.type === 'DELETED') images.delete(pod.metadata.uid ?? '');
        else images.set(pod.metadata.uid ?? '', pod.spec.containers[0]?.image ?? '');
        mixed ||= new Set(images.values()).size > 1;
      },
      onError() {},
    },
  );
  await setImage('recreated', 'nginx:2');
  await rolledOut('recreated', 3);
  watch.close();
  assert.equal(mixed, false);
});

test('a paused deployment is not rolled out until it is resumed', async () => {
  await create({ name: 'paused', replicas: 1 });
  await rolledOut('paused', 1);
  const target = { namespace: 'default', name: 'paused' };
  const pause = (paused: boolean) =>
    cluster.client.patch(deployments, target, { type: 'merge', body: { spec: { paused } } });
  await pause(true);
  const reason = (deployment: Deployment | undefined) =>
    findCondition(deployment?.status?.conditions, 'Progressing')?.reason;
  await eventually(cluster.client, deployments, target, (d) => reason(d) === 'DeploymentPaused');
  await setImage('paused', 'nginx:2');
  await eventually(
    cluster.client,
    deployments,
    target,
    (d) => d !== undefined && d.status?.observedGeneration === d.metadata.generation,
  );
  const sets = await cluster.client.list(replicaSets, { namespace: 'default', labelSelector: 'app=paused' });
  assert.equal(sets.items.length, 1);
  await pause(false);
  const done = await rolledOut('paused', 1);
  assert.equal(
    reason(
      await eventually(cluster.client, deployments, target, (d) => reason(d) === 'NewReplicaSetAvailable'),
    ),
    'NewReplicaSetAvailable',
  );
  assert.equal(done?.metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
});

test('pods for which no node has room stay Pending, say why, and start when a node comes', async () => {
  const container = { name: 'main', image: 'nginx', resources: { requests: { cpu: '8' } } };
  await create({ name: 'large', replicas: 1, template: template('large', { containers: [container] }) });
  const select = { namespace: 'default', labelSelector: 'app=large' };
  const [pod] = await eventuallyAll(cluster.client, pods, select, ([first]) =>
    Boolean(findCondition(first?.status?.conditions, 'PodScheduled')?.message),
  );
  const condition = findCondition(pod?.status?.conditions, 'PodScheduled');
  assert.equal(condition?.reason, 'Unschedulable');
  assert.match(condition?.message ?? '', /^0\/2 nodes are available: 2 Insufficient cpu\./);
  await eventuallyAll(
    cluster.client,
    eventObjects,
    { namespace: 'default', fieldSelector: 'reason=FailedScheduling' },
    (events) => events.length > 0,
  );
  const nodes = [pool('nodepool1', ['node-1', 'node-2']), pool('large', ['node-large'], { cpuCores: 16 })];
  await cluster.controllers.update({ nodes, kubernetesVersion: '1.34.4' });
  const done = await rolledOut('large', 1);
  assert.equal(done?.status?.readyReplicas, 1);
});

test('a deployment that nobody changed stays at its first generation', async () => {
  const manifest = workload('apps/v1', 'Deployment', { name: 'first', replicas: 1 });
  await cluster.client.create(deployments, manifest);
  const settled = await eventually(
    cluster.client,
    deployments,
    { namespace: 'default', name: 'first' },
    (d) => d?.status?.availableReplicas === 1,
  );
  assert.equal(settled?.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  assert.deepEqual([settled?.metadata.generation, settled?.status?.observedGeneration], [1, 1]);
});

test('a deployment scaled in the midst of a rollout shares the change among its sets in proportion', async () => {
  const name = 'shared';
  const rollingUpdate = { maxSurge: 3, maxUnavailable: 2 };
  await create({ name, replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate } });
  await rolledOut(name, 10);
  const place = { namespace: 'default', name };
  const change = (spec: JsonObject) =>
    cluster.client.patch(deployments, place, { type: 'strategic', body: { spec } });
  /** Resolves once the old and the new set have these sizes. */
  const sizes = (...expected: readonly number[]) =>
    eventuallyAll(cluster.client, replicaSets, { namespace: 'default' }, (sets) => {
      const own = sets.filter(({ metadata }) => metadata.name?.startsWith(`${name}-`));
      const byRevision = own
        .map(({ metadata, spec }) => [
          Number(metadata.annotations?.['deployment.kubernetes.io/revision']),
          spec.replicas ?? 0,
        ])
        .sort(([a = 0], [b = 0]) => a - b);
      return jsonEqual(
        byRevision.map(([, size = -1]) => size),
        [...expected],
      );
    });
  // No node is such a one: the new pods never run.
  await change({ template: { spec: { nodeSelector: { none: 'such' } } } });
  await sizes(8, 5);
  await change({ replicas: 15 });
  await sizes(11, 7);
  await change({ replicas: 0 });
  await sizes(0, 0);
});
