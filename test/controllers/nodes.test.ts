import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterError } from '../../src/apimachinery/client.ts';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { asKind } from '../../src/apimachinery/kinds.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { startClusterControllers } from '../../src/controllers/index.ts';
import { deployments } from '../../src/controllers/kinds/apps.ts';
import { type Node, nodes, pods } from '../../src/controllers/kinds/core.ts';
import { startNodeLifecycleController } from '../../src/controllers/node-lifecycle/controller.ts';
import { nodeHealthTimes } from '../../src/controllers/node-lifecycle/health.ts';
import { clusterContext } from '../../src/controllers/shared/context.ts';
import { leases } from '../../src/reconcile/index.ts';
import { startTestServer } from '../apiserver/harness.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { eventually, meddled, pool, startTestCluster, twoNodes } from './harness.ts';
import { workload } from './manifests.ts';

test('nodes register with the version, roles and size of their pool', async () => {
  const cluster = await startTestCluster({
    nodes: [
      pool('control', ['moc-lcontrol'], { mode: 'control-plane' }),
      pool('work', ['moc-lwork'], { labels: { tier: 'gold' } }),
    ],
  });
  await cluster.controllers.update({
    nodes: [
      pool('control', ['moc-lcontrol'], { mode: 'control-plane' }),
      pool('work', ['moc-lwork'], { labels: { tier: 'gold' } }),
    ],
    kubernetesVersion: '1.33.4',
  });
  const { kubectl } = await cluster.listen();
  const table = await kubectl('get', 'nodes', '--show-labels');
  assert.match(table, /moc-lcontrol +Ready +control-plane +\d+s +v1\.33\.4/);
  assert.match(table, /moc-lwork +Ready +<none> +\d+s +v1\.33\.4 .*tier=gold/);
  const node = await eventually(cluster.client, nodes, { name: 'moc-lwork' }, (n) => n !== undefined);
  assert.equal(node?.status?.capacity?.['cpu'], '4');
  assert.equal(node?.status?.allocatable?.['cpu'], '3900m');
  assert.deepEqual(
    node?.status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message]),
    [
      ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
      ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
      ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
      ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
    ],
  );
  await cluster.client.get(leases, { namespace: 'kube-node-lease', name: 'moc-lwork' });
  await cluster.close();
});

test('nodes run the version of their pool where it is behind that of the cluster', async () => {
  const pools = [pool('new', ['node-new']), pool('old', ['node-old'], { kubernetesVersion: '1.33.4' })];
  const cluster = await startTestCluster({ nodes: [] });
  await cluster.controllers.update({ nodes: pools, kubernetesVersion: '1.34.0' });
  const version = async (name: string) => {
    const node: Node = await cluster.client.get(nodes, { name });
    return node.status?.nodeInfo?.['kubeletVersion'];
  };
  assert.deepEqual([await version('node-new'), await version('node-old')], ['v1.34.0', 'v1.33.4']);
  await cluster.close();
});

test('labels and taints that a pool changes come to its nodes, and what others put there stays', async () => {
  const old = { key: 'old', value: 'o', effect: 'NoSchedule' };
  const spot = { key: 'spot', value: 's', effect: 'NoSchedule' };
  const own = { key: 'own', effect: 'PreferNoSchedule' };
  const first = pool('work', ['node-1'], { labels: { tier: 'gold', zone: 'a', size: 's' }, taints: [old] });
  const cluster = await startTestCluster({ nodes: [] });
  const kubernetesVersion = '1.34.0';
  await cluster.controllers.update({ nodes: [first], kubernetesVersion });
  const read = (): Promise<Node> => cluster.client.get(nodes, { name: 'node-1' });
  const body = { metadata: { labels: { mine: 'yes', size: 'hand' } }, spec: { taints: [old, own] } };
  await cluster.client.patch(nodes, { name: 'node-1' }, { type: 'merge', body });
  const next = { labels: { tier: 'silver', size: 's' }, taints: [spot] };
  await cluster.controllers.update({ nodes: [pool('work', ['node-1'], next)], kubernetesVersion });
  const { tier, zone, size, mine } = (await read()).metadata.labels ?? {};
  assert.deepEqual(
    { tier, zone, size, mine },
    { tier: 'silver', zone: undefined, size: 'hand', mine: 'yes' },
  );
  assert.deepEqual((await read()).spec?.taints, [own, spot]);
  await cluster.controllers.update({ nodes: [pool('work', ['node-1'], next)], kubernetesVersion });
  assert.deepEqual((await read()).spec?.taints, [own, spot]);
  await cluster.controllers.update({ nodes: [pool('work', ['node-1'])], kubernetesVersion });
  assert.deepEqual((await read()).spec?.taints, [own]);
  await cluster.close();
});

test('nodes up to 1.24 show both roles of a control plane', async () => {
  const control = [pool('control', ['moc-l0'], { mode: 'control-plane' })];
  const cluster = await startTestCluster({ nodes: [] });
  await cluster.controllers.update({ nodes: control, kubernetesVersion: '1.24.11' });
  const { kubectl } = await cluster.listen();
  assert.match(await kubectl('get', 'node', '-A'), /moc-l0 +Ready +control-plane,master +\d+s +v1\.24\.11/);
  await cluster.close();
});

test('nodes that cannot be registered at the start are registered later', async () => {
  const { client, close } = await startTestCluster({
    nodes: [pool('work', ['node-1'])],
    clientFor: (own) =>
      meddled(own, { verb: 'create', resource: 'nodes' }, () =>
        Promise.reject(new ClusterError(503, 'ServiceUnavailable', 'the disk is full')),
      ),
  });
  await eventually(client, nodes, { name: 'node-1' }, (node) => node !== undefined);
  await close();
});

test('a node whose lease is not renewed turns Unknown and tainted, and recovers with its lease', async () => {
  const clock = new ManualClock();
  const server = await startTestServer({ clock });
  const { context, close } = clusterContext({
    client: server.client,
    clock,
    random: seededRandom('nodes'),
    log: silentLogger,
  });
  const controller = startNodeLifecycleController(context);
  const created = await server.client.create(leases, {
    apiVersion: leases.apiVersion,
    kind: leases.kind,
    metadata: { name: 'silent', namespace: 'kube-node-lease' },
    spec: { holderIdentity: 'silent', leaseDurationSeconds: 40 },
  });
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' } as const;
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'silent' },
    status: { conditions: [ready] },
  };
  await server.client.create(nodes, node);
  await context.informers.synced();
  const statusOf = (n: Node | undefined) => findCondition(n?.status?.conditions, 'Ready')?.status;
  const seen = eventually(
    server.client,
    nodes,
    { name: 'silent' },
    (n) => statusOf(n) === 'Unknown' && n?.spec?.taints?.length === 2,
  );
  // Its time runs from when it was first seen.
  await eventually(server.client, nodes, { name: 'silent' }, (n) => statusOf(n) === 'True');
  let lost: Node | undefined;
  void seen.then((n) => {
    lost = n;
  });
  while (!lost) {
    clock.advance(nodeHealthTimes.graceMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(findCondition(lost.status?.conditions, 'Ready')?.reason, 'NodeStatusUnknown');
  assert.deepEqual(
    lost.spec?.taints?.map(({ key, effect }) => [key, effect]),
    [
      ['node.kubernetes.io/unreachable', 'NoSchedule'],
      ['node.kubernetes.io/unreachable', 'NoExecute'],
    ],
  );
  await server.client.update(leases, { ...created, spec: { leaseDurationSeconds: 41 } });
  await server.client.update(nodes, { ...lost, status: { conditions: [ready] } }, { subresource: 'status' });
  await eventually(
    server.client,
    nodes,
    { name: 'silent' },
    (n) => statusOf(n) === 'True' && !n?.spec?.taints?.length,
  );
  close();
  await controller.stopped;
  await server.close();
});

test('controllers that start again find nodes, pods and addresses as they were', async () => {
  const cluster = await startTestCluster();
  const manifest = workload('apps/v1', 'Deployment', { name: 'web', replicas: 3 });
  await cluster.client.create(deployments, manifest);
  const target = { namespace: 'default', name: 'web' };
  await eventually(cluster.client, deployments, target, (d) => d?.status?.availableReplicas === 3);
  const before = await cluster.client.list(pods);
  await cluster.controllers.close();
  const again = startClusterControllers({
    client: cluster.client,
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
    profile: 'member',
    nodes: twoNodes,
  });
  await cluster.client.patch(deployments, target, { type: 'merge', body: { spec: { replicas: 6 } } });
  await eventually(cluster.client, deployments, target, (d) => d?.status?.availableReplicas === 6);
  const after = await cluster.client.list(pods);
  const uids = new Set(after.items.map(({ metadata }) => metadata.uid));
  assert.ok(before.items.every(({ metadata }) => uids.has(metadata.uid)));
  assert.equal(new Set(after.items.map((pod) => asKind(pods, pod).status?.podIP)).size, 6);
  const cidrs = (await cluster.client.list(nodes)).items.map((node) => asKind(nodes, node).spec?.podCIDR);
  assert.deepEqual(cidrs.sort(), ['10.244.0.0/24', '10.244.1.0/24']);
  await again.close();
  await cluster.close();
});
