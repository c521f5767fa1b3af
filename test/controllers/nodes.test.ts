import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, seededRandom, silentLogger } from '../../src/base/index.ts';
import { type Node, nodes } from '../../src/controllers/kinds/core.ts';
import { startNodeLifecycleController } from '../../src/controllers/node-lifecycle/controller.ts';
import { nodeHealthTimes } from '../../src/controllers/node-lifecycle/health.ts';
import { findCondition } from '../../src/controllers/shared/conditions.ts';
import { clusterContext } from '../../src/controllers/shared/context.ts';
import { leases } from '../../src/reconcile/index.ts';
import { startTestServer } from '../kube/harness.ts';
import { eventually, pool, startTestCluster } from './harness.ts';

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
  await cluster.client.get(leases, { namespace: 'kube-node-lease', name: 'moc-lwork' });
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
