import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { at } from '../../src/apimachinery/read.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { pods } from '../../src/controllers/kinds/core.ts';
import {
  type PersistentVolume,
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
  volumeAttributesClasses,
} from '../../src/controllers/kinds/storage.ts';
import { eventually, eventuallyAll, startTestCluster } from './harness.ts';
import { claim, claimFor, claimPhase, toldOf, volume, volumePhase } from './volume-shapes.ts';

const target = { namespace: 'default', name: 'data' };
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

test('a claim on a hub, where nothing uses it, goes when it is deleted', async () => {
  const { client, close } = await startTestCluster({ profile: 'hub' });
  await client.create(persistentVolumeClaims, claim);
  await client.delete(persistentVolumeClaims, target);
  await eventually(client, persistentVolumeClaims, target, (one) => one === undefined);
  await close();
});

test('a volume that waits for a claim which is not there yet stays, and is the one the claim gets', async () => {
  const { client, close } = await startTestCluster();
  await client.create(
    persistentVolumes,
    volume('ready-made', { claimRef: { namespace: 'default', name: 'data' } }),
  );
  await volumePhase(client, 'ready-made', 'Available');
  await client.create(persistentVolumes, volume('smaller', { capacity: { storage: '1Gi' } }));
  await volumePhase(client, 'smaller', 'Available');
  const made = await client.create(persistentVolumeClaims, claim);
  const bound = await claimPhase(client, 'data', 'Bound');
  assert.equal(bound.spec.volumeName, 'ready-made');
  assert.deepEqual(bound.status, {
    phase: 'Bound',
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '5Gi' },
  });
  const found = await volumePhase(client, 'ready-made', 'Bound');
  assert.deepEqual(
    [found.spec.claimRef?.uid, found.metadata.annotations?.['pv.kubernetes.io/bound-by-controller']],
    [made.metadata.uid, undefined],
  );
  await close();
});

test('a claim that names its volume binds it on both sides, is kept from one that is taken, and leaves it released', async () => {
  const { client, close } = await startTestCluster();
  await client.create(
    persistentVolumeClaims,
    claimFor('first', { volumeName: 'disk', storageClassName: '' }),
  );
  await claimPhase(client, 'first', 'Pending');
  await client.create(persistentVolumes, volume('disk'));
  const first = await claimPhase(client, 'first', 'Bound');
  const taken = await volumePhase(client, 'disk', 'Bound');
  const { apiVersion, kind, namespace, name, uid } = taken.spec.claimRef ?? {};
  assert.deepEqual(
    [apiVersion, kind, namespace, name, uid],
    ['v1', 'PersistentVolumeClaim', 'default', 'first', first.metadata.uid],
  );
  assert.equal(taken.metadata.annotations?.['pv.kubernetes.io/bound-by-controller'], 'yes');
  assert.equal(first.metadata.annotations?.['pv.kubernetes.io/bound-by-controller'], undefined);

  await client.create(
    persistentVolumeClaims,
    claimFor('second', { volumeName: 'disk', storageClassName: '' }),
  );
  await toldOf(client, 'second', 'volume "disk" already bound to a different claim.');
  assert.equal((await claimPhase(client, 'second', 'Pending')).spec.volumeName, 'disk');

  await client.delete(persistentVolumeClaims, { namespace: 'default', name: 'first' });
  const released = await volumePhase(client, 'disk', 'Released');
  assert.equal(released.spec.claimRef?.uid, first.metadata.uid);
  const free: JsonObject = { spec: { claimRef: null } };
  await client.patch(persistentVolumes, { name: 'disk' }, { type: 'merge', body: free });
  const second = await claimPhase(client, 'second', 'Bound');
  assert.equal((await volumePhase(client, 'disk', 'Bound')).spec.claimRef?.uid, second.metadata.uid);

  await client.delete(persistentVolumes, { name: 'disk' });
  const going = await client.get(persistentVolumes, { name: 'disk' });
  assert.ok(going.metadata.deletionTimestamp, 'a bound volume stays until its claim goes');
  await client.delete(persistentVolumeClaims, { namespace: 'default', name: 'second' });
  await eventually(client, persistentVolumes, { name: 'disk' }, (one) => one === undefined);
  await close();
});

test('a claim gets the smallest volume that will do, and two at once never the same', async () => {
  const { client, close } = await startTestCluster();
  const storageClassName = 'by-hand';
  await client.create(storageClasses, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: storageClassName },
    provisioner: 'kubernetes.io/no-provisioner',
  });
  const sizes: readonly (readonly [string, Partial<PersistentVolume['spec']>])[] = [
    ['big', { capacity: { storage: '50Gi' } }],
    ['right', { capacity: { storage: '10Gi' } }],
    ['tiny', { capacity: { storage: '1Mi' } }],
    ['raw', { volumeMode: 'Block' }],
    ['other-modes', { accessModes: ['ReadOnlyMany'] }],
    ['other-class', { storageClassName: 'else' }],
  ];
  for (const [name, spec] of sizes) {
    await client.create(persistentVolumes, volume(name, { storageClassName, ...spec }, { tier: name }));
    await volumePhase(client, name, 'Available');
  }
  const wanted = { storageClassName, resources: { requests: { storage: '2Gi' } } };
  await Promise.all(
    ['a', 'b', 'c'].map((name) => client.create(persistentVolumeClaims, claimFor(name, wanted))),
  );
  await volumePhase(client, 'right', 'Bound');
  await volumePhase(client, 'big', 'Bound');
  await eventuallyAll(
    client,
    persistentVolumeClaims,
    {},
    (all) =>
      all
        .map(({ status }) => status?.phase)
        .sort()
        .join() === 'Bound,Bound,Pending',
  );
  const selector = { matchLabels: { tier: 'late' } };
  await client.create(persistentVolumeClaims, claimFor('picky', { ...wanted, selector }));
  await claimPhase(client, 'picky', 'Pending');
  await client.create(persistentVolumes, volume('late', { storageClassName }, { tier: 'late' }));
  await volumePhase(client, 'late', 'Bound');
  await close();
});

test('a claim waits for its first consumer where its class says so, and is told why it waits', async () => {
  const { client, close } = await startTestCluster();
  const lazy = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'lazy' },
    provisioner: 'example.com/disks',
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Retain',
  };
  await client.create(
    persistentVolumes,
    volume('idle', { storageClassName: 'lazy', capacity: { storage: '1Mi' } }),
  );
  await client.create(persistentVolumeClaims, claimFor('nobody', { storageClassName: 'no-such' }));
  await toldOf(client, 'nobody', 'storageclass.storage.k8s.io "no-such" not found');
  await client.create(persistentVolumeClaims, claimFor('bare', { storageClassName: '' }));
  await toldOf(client, 'bare', 'no persistent volumes available for this claim and no storage class is set');
  await client.create(storageClasses, lazy);
  await client.create(persistentVolumeClaims, claimFor('data', { storageClassName: 'lazy' }));
  await toldOf(client, 'data', 'waiting for first consumer to be created before binding');
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name: 'user' },
    spec: {
      containers: [{ name: 'c', image: 'i' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
    },
  };
  await client.create(pods, pod);
  const bound = await claimPhase(client, 'data', 'Bound');
  const user = await client.get(pods, { namespace: 'default', name: 'user' });
  assert.equal(
    bound.metadata.annotations?.['volume.kubernetes.io/selected-node'],
    at(user, 'spec', 'nodeName'),
  );
  const made = await volumePhase(client, bound.spec.volumeName ?? '', 'Bound');
  assert.deepEqual(
    [made.spec.persistentVolumeReclaimPolicy, made.metadata.annotations?.['pv.kubernetes.io/provisioned-by']],
    ['Retain', 'example.com/disks'],
  );
  await close();
});

test('what becomes of a volume after its claim is what its policy says, where somebody can do it', async () => {
  const { client, close } = await startTestCluster();
  const cases: readonly (readonly [string, Partial<PersistentVolume['spec']>, string | undefined])[] = [
    ['deleted', { persistentVolumeReclaimPolicy: 'Delete' }, undefined],
    ['kept', {}, 'Released'],
    ['recycled', { persistentVolumeReclaimPolicy: 'Recycle' }, 'Failed'],
  ];
  for (const [name, spec] of cases) {
    await client.create(persistentVolumes, volume(name, spec));
    await client.create(persistentVolumeClaims, claimFor(name, { volumeName: name, storageClassName: '' }));
    await claimPhase(client, name, 'Bound');
  }
  for (const [name, , phase] of cases) {
    await client.delete(persistentVolumeClaims, { namespace: 'default', name });
    if (phase === undefined)
      await eventually(client, persistentVolumes, { name }, (one) => one === undefined);
    else await volumePhase(client, name, phase);
  }
  await client.create(persistentVolumes, volume('lost'));
  await client.create(persistentVolumeClaims, claimFor('lost', { volumeName: 'lost', storageClassName: '' }));
  await claimPhase(client, 'lost', 'Bound');
  const body = { metadata: { finalizers: null } };
  await client.delete(persistentVolumes, { name: 'lost' });
  await client.patch(persistentVolumes, { name: 'lost' }, { type: 'merge', body });
  await claimPhase(client, 'lost', 'Lost');
  await close();
});

test('a class of volume attributes stays as long as a claim names it, and goes then', async () => {
  const { client, close } = await startTestCluster({ profile: 'hub' });
  const gold = {
    ...{ apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttributesClass' },
    ...{ driverName: 'disk.example.com', parameters: { tier: 'gold' } },
  };
  for (const name of ['gold', 'idle']) {
    const made = await client.create(volumeAttributesClasses, { ...gold, metadata: { name } });
    assert.deepEqual(made.metadata.finalizers, ['kubernetes.io/vac-protection']);
  }
  await client.create(persistentVolumeClaims, {
    ...claim,
    spec: { ...claim.spec, volumeAttributesClassName: 'gold' },
  });
  for (const name of ['gold', 'idle']) await client.delete(volumeAttributesClasses, { name });
  await eventually(client, volumeAttributesClasses, { name: 'idle' }, (one) => one === undefined);
  const held = await client.get(volumeAttributesClasses, { name: 'gold' });
  assert.ok(held.metadata.deletionTimestamp);
  await client.delete(persistentVolumeClaims, target);
  await eventually(client, volumeAttributesClasses, { name: 'gold' }, (one) => one === undefined);
  await close();
});
