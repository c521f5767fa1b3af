import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { numberAt } from '../../src/apimachinery/read.ts';
import {
  type Pod,
  pods,
  type ReplicationController,
  replicationControllers,
  serviceAccounts,
} from '../../src/controllers/kinds/core.ts';
import { eventually, eventuallyAll, startTestCluster } from './harness.ts';

const namespace = 'default';

test('a ReplicationController keeps its pods: makes them, adopts them, and is scaled by kubectl', async () => {
  const cluster = await startTestCluster();
  try {
    const client = typedClient(cluster.client);
    const { apiVersion, kind } = replicationControllers;
    const template = {
      metadata: { labels: { app: 'rc' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    };
    await eventually(cluster.client, serviceAccounts, { name: 'default', namespace }, (one) => !!one);
    await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'there', namespace, labels: { app: 'rc' } },
      spec: template.spec,
    });
    const made = await client.create(replicationControllers, {
      ...{ apiVersion, kind, metadata: { name: 'rc', namespace } },
      spec: { replicas: 2, template },
    });
    const ready = (replicas: number) =>
      eventually<ReplicationController>(
        cluster.client,
        replicationControllers,
        { name: 'rc', namespace },
        (one) => numberAt(one?.status, 'readyReplicas') === replicas,
      );
    await ready(2);
    const select = { namespace, labelSelector: 'app=rc' };
    const own = await eventuallyAll<Pod>(cluster.client, pods, select, (all) => all.length === 2);
    assert.ok(
      own.some(({ metadata }) => metadata.name === 'there'),
      'what nobody had is adopted',
    );
    for (const { metadata } of own) {
      const [owner] = metadata.ownerReferences ?? [];
      assert.deepEqual([owner?.kind, owner?.uid, owner?.controller], [kind, made.metadata.uid, true]);
    }
    const { kubectl } = await cluster.listen();
    await kubectl('scale', 'rc/rc', '--replicas=3');
    await ready(3);
    await client.delete(pods, { name: 'there', namespace });
    await eventuallyAll<Pod>(
      cluster.client,
      pods,
      select,
      (all) => all.length === 3 && all.every(({ metadata }) => metadata.name !== 'there'),
    );
    await kubectl('delete', 'rc', 'rc', '--cascade=foreground');
    assert.equal((await client.list(pods, select)).items.length, 0);
  } finally {
    await cluster.close();
  }
});
