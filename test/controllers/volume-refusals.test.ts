import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asKind } from '../../src/apimachinery/kinds.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { eventObjects } from '../../src/controllers/kinds/core.ts';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
} from '../../src/controllers/kinds/storage.ts';
import { eventually, startTestCluster } from './harness.ts';
import { claimFor, claimPhase, toldOf, volume, volumePhase } from './volume-shapes.ts';

const boundByController = 'pv.kubernetes.io/bound-by-controller';

test('a claim that names a volume which will not do waits, and is told why as the real binder words it', async () => {
  const { client, close } = await startTestCluster();
  const named = (volumeName: string, rest: Partial<PersistentVolumeClaim['spec']> = {}) =>
    claimFor(volumeName, { volumeName, storageClassName: '', ...rest });
  const cases: readonly (readonly [string, Partial<PersistentVolume['spec']>, string])[] = [
    ['small', { capacity: { storage: '1023Mi' } }, 'requested PV is too small'],
    ['classy', { storageClassName: 'fast' }, 'storageClassName does not match'],
    ['raw', { volumeMode: 'Block' }, 'incompatible volumeMode'],
    ['read-only', { accessModes: ['ReadOnlyMany'] }, 'incompatible accessMode'],
  ];
  for (const [name, spec, why] of cases) {
    await client.create(persistentVolumes, volume(name, spec));
    await client.create(persistentVolumeClaims, named(name));
    await toldOf(client, name, `Cannot bind to requested volume "${name}": ${why}`);
    assert.equal((await claimPhase(client, name, 'Pending')).spec.volumeName, name);
    await volumePhase(client, name, 'Available');
  }
  const told = (await client.list(eventObjects)).items.map((event) => asKind(eventObjects, event));
  const ofClaims = told.filter(({ involvedObject }) => involvedObject.kind === 'PersistentVolumeClaim');
  assert.deepEqual(
    [...new Set(ofClaims.map(({ reason, type }) => `${type} ${reason}`))],
    ['Warning VolumeMismatch'],
  );
  await client.create(persistentVolumes, volume('exact', { capacity: { storage: '1Gi' } }));
  await client.create(persistentVolumeClaims, named('exact'));
  await claimPhase(client, 'exact', 'Bound');
  await close();
});

test('a volume that nobody can delete says so when its claim is gone, and only others go', async () => {
  const { client, close } = await startTestCluster();
  const cases: readonly (readonly [string, JsonObject, string])[] = [
    ['temporary', { hostPath: { path: '/tmp/x' } }, ''],
    [
      'precious',
      { hostPath: { path: '/tmp/' } },
      'host_path deleter only supports /tmp/.+ but received provided /tmp/',
    ],
    [
      'shared',
      { nfs: { server: 'nfs.example', path: '/x' } },
      'error getting deleter volume plugin for volume "shared": no deletable volume plugin matched',
    ],
  ];
  for (const [name, source] of cases) {
    const { csi: _csi, ...spec } = volume(name, { persistentVolumeReclaimPolicy: 'Delete' }).spec;
    await client.create(persistentVolumes, { ...volume(name), spec: { ...spec, ...source } });
    await client.create(persistentVolumeClaims, claimFor(name, { volumeName: name, storageClassName: '' }));
    await claimPhase(client, name, 'Bound');
    await client.delete(persistentVolumeClaims, { namespace: 'default', name });
  }
  for (const [name, , message] of cases) {
    if (message === '') await eventually(client, persistentVolumes, { name }, (one) => one === undefined);
    else {
      const failed = await volumePhase(client, name, 'Failed');
      assert.equal(failed.status?.message, message);
      await toldOf(client, name, message);
    }
  }
  await close();
});

test('a claim that lost its volume, or the name of it, is lost, and one beside another on a volume is bound wrongly', async () => {
  const { client, close } = await startTestCluster();
  const bind = async (name: string) => {
    await client.create(persistentVolumes, volume(name));
    await client.create(persistentVolumeClaims, claimFor(name, { volumeName: name, storageClassName: '' }));
    return claimPhase(client, name, 'Bound');
  };
  await bind('first');
  const completed = { 'pv.kubernetes.io/bind-completed': 'yes' };
  const bound = (name: string, volumeName: string | undefined): PersistentVolumeClaim => {
    const made = claimFor(name, { storageClassName: '', ...(volumeName && { volumeName }) });
    return { ...made, metadata: { ...made.metadata, annotations: completed } };
  };
  await client.create(persistentVolumeClaims, bound('second', 'first'));
  await claimPhase(client, 'second', 'Lost');
  const twice = 'Two claims are bound to the same volume, this one is bound incorrectly';
  await toldOf(client, 'second', twice);
  await client.create(persistentVolumeClaims, bound('nameless', undefined));
  await claimPhase(client, 'nameless', 'Lost');
  await toldOf(
    client,
    'nameless',
    'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
  );
  await client.create(persistentVolumeClaims, bound('late', 'nowhere'));
  await claimPhase(client, 'late', 'Lost');
  await toldOf(client, 'late', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  assert.equal((await claimPhase(client, 'first', 'Bound')).spec.volumeName, 'first');
  // One that comes back is bound again.
  await client.create(persistentVolumes, volume('nowhere'));
  const again = await claimPhase(client, 'late', 'Bound');
  assert.deepEqual(again.status?.capacity, { storage: '5Gi' });
  const events = await client.list(eventObjects);
  assert.equal(events.items.filter((event) => event['message'] === twice).length, 1, 'said once');
  await close();
});

test('a volume whose claim got another one is free again, or goes when it was made for that claim', async () => {
  const { client, close } = await startTestCluster();
  await client.create(persistentVolumes, volume('chosen'));
  const claim = await client.create(
    persistentVolumeClaims,
    claimFor('data', { volumeName: 'chosen', storageClassName: '' }),
  );
  await claimPhase(client, 'data', 'Bound');
  const { uid = '', resourceVersion = '' } = claim.metadata;
  const claimRef = {
    kind: 'PersistentVolumeClaim',
    namespace: 'default',
    name: 'data',
    uid,
    resourceVersion,
  };
  const taken = (name: string, annotations: { [name: string]: string }, policy = 'Retain') => {
    const made = volume(name, { claimRef, persistentVolumeReclaimPolicy: policy });
    return client.create(persistentVolumes, { ...made, metadata: { ...made.metadata, annotations } });
  };
  await taken('by-us', { [boundByController]: 'yes', own: 'kept' });
  const freed = await volumePhase(client, 'by-us', 'Available');
  assert.deepEqual([freed.spec.claimRef, freed.metadata.annotations], [undefined, { own: 'kept' }]);
  await taken('by-hand', {});
  const meant = await volumePhase(client, 'by-hand', 'Available');
  assert.deepEqual(
    [meant.spec.claimRef?.name, meant.spec.claimRef?.namespace, meant.spec.claimRef?.uid],
    ['data', 'default', undefined],
  );
  const provisioned = { 'pv.kubernetes.io/provisioned-by': 'disk.csi.azure.com' };
  await taken('made-for-it', provisioned, 'Delete');
  await eventually(client, persistentVolumes, { name: 'made-for-it' }, (one) => one === undefined);
  await taken('made-and-kept', provisioned);
  await volumePhase(client, 'made-and-kept', 'Available');
  await close();
});

test('a volume that is made for a claim is what the claim and its class ask for', async () => {
  const { client, close } = await startTestCluster();
  await client.create(storageClasses, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'fast' },
    provisioner: 'example.com/disks',
    mountOptions: ['noatime'],
  });
  await client.create(
    persistentVolumeClaims,
    claimFor('raw', {
      storageClassName: 'fast',
      volumeMode: 'Block',
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: '7Gi' } },
    }),
  );
  const raw = await claimPhase(client, 'raw', 'Bound');
  const uid = raw.metadata.uid ?? '';
  const { spec, metadata } = await volumePhase(client, `pvc-${uid}`, 'Bound');
  assert.deepEqual(
    { ...spec, claimRef: undefined },
    {
      accessModes: ['ReadWriteMany'],
      capacity: { storage: '7Gi' },
      claimRef: undefined,
      csi: { driver: 'disk.csi.azure.com', volumeHandle: `simulated/${uid}` },
      mountOptions: ['noatime'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'fast',
      volumeMode: 'Block',
    },
  );
  assert.deepEqual([spec.claimRef?.name, spec.claimRef?.uid], ['raw', uid]);
  assert.equal(metadata.annotations?.['pv.kubernetes.io/provisioned-by'], 'example.com/disks');
  assert.deepEqual(raw.metadata.annotations, {
    'pv.kubernetes.io/bind-completed': 'yes',
    [boundByController]: 'yes',
    'volume.kubernetes.io/storage-provisioner': 'example.com/disks',
  });
  await toldOf(client, 'raw', `Successfully provisioned volume pvc-${uid}`);
  await client.create(persistentVolumeClaims, claimFor('plain', { storageClassName: 'managed-csi' }));
  const plain = await claimPhase(client, 'plain', 'Bound');
  const made = await volumePhase(client, `pvc-${plain.metadata.uid}`, 'Bound');
  assert.deepEqual(
    [made.spec.csi?.['driver'], made.spec.volumeMode, made.spec.mountOptions],
    ['disk.csi.azure.com', 'Filesystem', undefined],
  );
  await close();
});
