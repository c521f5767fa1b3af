import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import {
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type StorageClass,
  storageClasses,
} from '../../src/controllers/kinds/storage.ts';
import { eventually, startTestCluster } from './harness.ts';

const isDefault = 'storageclass.kubernetes.io/is-default-class';
const name = 'default';

test('an Arc cluster comes with a class of disks that claims get by default and that may grow', async () => {
  const cluster = await startTestCluster({ profile: 'arc' });
  try {
    const client = typedClient(cluster.client);
    const found = await eventually<StorageClass>(cluster.client, storageClasses, { name }, Boolean);
    assert.ok(found);
    assert.equal(found.metadata.annotations?.[isDefault], 'true');
    assert.deepEqual(
      [found.provisioner, found.volumeBindingMode, found['allowVolumeExpansion']],
      ['disk.csi.akshci.com', 'Immediate', true],
    );
    const claim = { name: 'data', namespace: 'default' };
    const { apiVersion, kind } = persistentVolumeClaims;
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    await client.create(persistentVolumeClaims, { apiVersion, kind, metadata: claim, spec });
    const isBound = (one: PersistentVolumeClaim | undefined) => one?.status?.phase === 'Bound';
    // No pod has to ask for it first.
    const bound = await eventually<PersistentVolumeClaim>(
      cluster.client,
      persistentVolumeClaims,
      claim,
      isBound,
    );
    assert.ok(bound);
    assert.equal(bound.spec.storageClassName, name);
    const volume = await client.get(persistentVolumes, { name: bound.spec.volumeName ?? '' });
    assert.equal(volume.spec.csi?.['driver'], 'disk.csi.akshci.com');
    // The class lets claims grow.
    await client.update(persistentVolumeClaims, {
      ...bound,
      spec: { ...bound.spec, resources: { requests: { storage: '2Gi' } } },
    });
  } finally {
    await cluster.close();
  }
});

test('a class that is deleted comes back, and what people change in it stays', async () => {
  const cluster = await startTestCluster({ profile: 'arc' });
  try {
    const client = typedClient(cluster.client);
    const first = await eventually<StorageClass>(cluster.client, storageClasses, { name }, Boolean);
    assert.ok(first);
    const annotations = { [isDefault]: 'false' };
    const changed = await client.update(storageClasses, {
      ...first,
      metadata: { ...first.metadata, annotations },
    });
    const other = {
      apiVersion: first.apiVersion,
      kind: first.kind,
      metadata: { name: 'other' },
      provisioner: 'a.b',
    };
    await client.create(storageClasses, other);
    assert.deepEqual((await client.get(storageClasses, { name })).metadata, changed.metadata);
    await client.delete(storageClasses, { name });
    const again = await eventually<StorageClass>(
      cluster.client,
      storageClasses,
      { name },
      (one) => one !== undefined && one.metadata.uid !== first.metadata.uid,
    );
    assert.equal(again?.metadata.annotations?.[isDefault], 'true');
  } finally {
    await cluster.close();
  }
});

test('clusters of other kinds come with none', async () => {
  for (const profile of ['member', 'hub'] as const) {
    const cluster = await startTestCluster({ profile });
    try {
      const { items } = await typedClient(cluster.client).list(storageClasses);
      assert.deepEqual(items, []);
    } finally {
      await cluster.close();
    }
  }
});
