import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { configMaps, namespaces } from '../../src/controllers/kinds/core.ts';
import { clusterFamily, type PlacementPolicy } from '../../src/controllers/kinds/placement.ts';
import { TestFleet } from './fleet-estate.ts';
import { eventually, eventuallyAll, meddled } from './harness.ts';

const onEast: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['east'] };
const onWest: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['west'] };
const { placements, policySnapshots, resourceSnapshots, bindings } = clusterFamily;

let fleet: TestFleet;
before(async () => {
  fleet = await TestFleet.start(['east', 'west']);
});
after(() => fleet[Symbol.asyncDispose]());

async function paint(namespace: string, color: string): Promise<void> {
  const patch = { type: 'merge', body: { data: { color } } } as const;
  await fleet.client.patch(configMaps, { name: 'settings', namespace }, patch);
}

async function painted(member: string, namespace: string, color: string): Promise<void> {
  const target = { name: 'settings', namespace };
  await eventually(fleet.on(member).client, configMaps, target, (it) => it?.data?.['color'] === color);
}

async function namesOf(placement: string): Promise<string[]> {
  const labelSelector = `kubernetes-fleet.io/parent-CRP=${placement}`;
  const { items } = await fleet.client.list(resourceSnapshots, { labelSelector });
  return items.map(({ metadata: { name = '' } }) => name).sort();
}

test('resources that change while nobody sees that their snapshot is deleted reach the members', async () => {
  await fleet.makeNamespace('unseen');
  await fleet.place('unseen', { policy: onEast });
  await fleet.until('unseen', 'Available');
  await fleet.stopHub();
  await fleet.client.delete(resourceSnapshots, { name: 'unseen-0-snapshot' });
  await paint('unseen', 'blue');
  fleet.startHub();
  await painted('east', 'unseen', 'blue');
  assert.deepEqual(await namesOf('unseen'), ['unseen-1-snapshot']);
});

test('a policy that changes while nobody sees that its snapshot is deleted moves the placement', async () => {
  await fleet.makeNamespace('moved');
  await fleet.place('moved', { policy: onEast });
  await fleet.until('moved', 'Available');
  await fleet.stopHub();
  await fleet.client.delete(policySnapshots, { name: 'moved-0' });
  const body = { spec: { policy: { clusterNames: ['west'] } } };
  await fleet.client.patch(placements, { name: 'moved' }, { type: 'merge', body });
  fleet.startHub();
  await painted('west', 'moved', 'red');
  const ofMoved = { labelSelector: 'kubernetes-fleet.io/parent-CRP=moved' };
  const left = await eventuallyAll(fleet.hub.client, bindings, ofMoved, (all) =>
    all.every(({ spec }) => spec.targetCluster === 'west'),
  );
  assert.equal(left.length, 1);
});

test('a group of snapshots that was cut off in the middle holds up nothing', async () => {
  await fleet.makeNamespace('cut');
  for (const name of ['one', 'two']) {
    const data = { text: 'x'.repeat(450 * 1024) };
    const metadata = { name, namespace: 'cut' };
    await fleet.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  }
  // What lies in one Work needs what another brings.
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'cut' } };
  await fleet.on('west').client.create(namespaces, space);
  await fleet.place('cut', { policy: onWest });
  await fleet.until('cut', 'Available');
  assert.deepEqual(await namesOf('cut'), ['cut-0-0', 'cut-0-snapshot']);
  await fleet.stopHub();
  await paint('cut', 'blue');
  // The master comes last: this process ends before it.
  const isCut = Promise.withResolvers<void>();
  fleet.startHub((client) =>
    meddled(
      client,
      { verb: 'create', resource: resourceSnapshots.resource, saying: '"cut-1-snapshot"' },
      () => {
        isCut.resolve();
        return Promise.reject(new Error('the process ended'));
      },
    ),
  );
  await isCut.promise;
  await fleet.stopHub();
  assert.deepEqual(await namesOf('cut'), ['cut-0-0', 'cut-0-snapshot', 'cut-1-0']);
  fleet.startHub();
  await painted('west', 'cut', 'blue');
  await fleet.untilPlacement({ name: 'cut' }, (it) => it.status?.observedResourceIndex === '2');
});

test('a snapshot of many that somebody deletes is made again, and changes go on', async () => {
  await fleet.client.delete(resourceSnapshots, { name: 'cut-2-snapshot' });
  await fleet.untilPlacement({ name: 'cut' }, (it) => it.status?.observedResourceIndex === '3');
  await paint('cut', 'green');
  await painted('west', 'cut', 'green');
});
