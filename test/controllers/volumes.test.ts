import assert from 'node:assert/strict';
import { test } from 'node:test';
import { persistentVolumeClaims, persistentVolumes } from '../../src/controllers/kinds/storage.ts';
import { eventually, eventuallyAll, startTestCluster } from './harness.ts';

const target = { namespace: 'default', name: 'data' };
const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: target,
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

test('a claim made anew under its name gets a volume of its own, and the old one goes', async () => {
  const { client, close } = await startTestCluster();
  await client.create(persistentVolumeClaims, claim);
  const bound = (one: { status?: { phase?: string } } | undefined) => one?.status?.phase === 'Bound';
  const before = await eventually(client, persistentVolumeClaims, target, bound);
  await client.delete(persistentVolumeClaims, target);
  await eventually(client, persistentVolumeClaims, target, (one) => one === undefined);
  const made = await client.create(persistentVolumeClaims, claim);
  const after = await eventually(client, persistentVolumeClaims, target, bound);
  assert.notEqual(after?.spec.volumeName, before?.spec.volumeName);
  const left = await eventuallyAll(client, persistentVolumes, {}, ({ length }) => length === 1);
  assert.equal(left[0]?.spec.claimRef?.uid, made.metadata.uid);
  await close();
});

test('a volume that waits for a claim which is not there yet stays', async () => {
  const { client, close } = await startTestCluster();
  await client.create(persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'ready-made' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      claimRef: { namespace: 'default', name: 'later' },
      csi: { driver: 'disk.csi.azure.com', volumeHandle: 'h' },
      persistentVolumeReclaimPolicy: 'Delete',
    },
  });
  // A claim that is made after it has been looked at after it.
  await client.create(persistentVolumeClaims, claim);
  await eventually(client, persistentVolumeClaims, target, (one) => one?.status?.phase === 'Bound');
  const found = await client.get(persistentVolumes, { name: 'ready-made' });
  assert.equal(found.metadata.deletionTimestamp, undefined);
  await close();
});
