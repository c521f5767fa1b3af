import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import type { ClusterSupply } from '../../src/providers/cluster-supply.ts';
import { containerServiceLoops } from '../../src/providers/container-service/index.ts';
import {
  orderUpgrade,
  upgradeState,
} from '../../src/providers/container-service/managed-clusters/upgrade-order.ts';
import { noDurations, suppliedCluster } from '../support/supplied-cluster.ts';
import { everyType } from './every-type.ts';

/** Whatever is ordered stands at once; what nodes do is no matter of orders. */
const willing: ClusterSupply = {
  ensure: async ({ clusterId }) => suppliedCluster(clusterId),
  get: suppliedCluster,
  renew: () => Promise.reject(new Error('nothing is renewed here')),
  stop: async () => undefined,
  remove: async () => undefined,
};

test('an upgrade that a run orders is done once, refused beside another one, and its end is remembered', async (t) => {
  const { estate, settings } = await everyType({ clusters: willing });
  t.after(() => estate.close());
  const { records } = estate.manager;
  const group = await estate.group('g');
  const id = `${group}/providers/Microsoft.ContainerService/managedClusters/c`;
  const parts = { records, clock: systemClock, random: systemRandom, log: silentLogger };
  const loops = containerServiceLoops(parts, { ...settings, durations: noDurations });
  t.after(() => Promise.all(loops.map((loop) => loop.stop())));
  const settled = async () => {
    const reached = Promise.withResolvers<void>();
    const watch = await records.watch('Microsoft.ContainerService/managedClusters', async () => {
      if ((await records.get(id))?.provisioningState === 'Succeeded') reached.resolve();
    });
    await reached.promise;
    watch.close();
  };
  const pool = { name: 'nodes', count: 1, mode: 'System' };
  const made = await estate.call('PUT', `${id}?api-version=2025-03-01`, {
    body: { location: 'eastus', properties: { kubernetesVersion: '1.33.2', agentPoolProfiles: [pool] } },
  });
  assert.equal(made.status, 201, made.message);
  const order = { kind: 'Full', kubernetesVersion: '1.34.1', operationId: 'one' } as const;
  await assert.rejects(orderUpgrade(records, id, order), { code: 'OperationNotAllowed', status: 409 });
  await settled();

  const far = { ...order, kubernetesVersion: '1.36.0' };
  await assert.rejects(orderUpgrade(records, id, far), { code: 'OperationNotAllowed', status: 400 });
  await assert.rejects(orderUpgrade(records, id, { ...order, kubernetesVersion: '1.99' }), {
    code: 'K8sVersionNotSupported',
  });
  await assert.rejects(orderUpgrade(records, `${id}x`, order), { code: 'ResourceNotFound' });
  assert.equal(await upgradeState(records, id, 'one'), undefined);

  await orderUpgrade(records, id, order);
  await orderUpgrade(records, id, order);
  await settled();
  assert.equal(await upgradeState(records, id, 'one'), 'Succeeded');
  await orderUpgrade(records, id, order);
  const record = await records.get(id);
  assert.equal(record?.provisioningState, 'Succeeded', 'what was done is not done again');
  assert.equal(record?.properties['currentKubernetesVersion'], '1.34.1');
});
