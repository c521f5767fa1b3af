import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findCondition, isCurrent } from '../../src/apimachinery/conditions.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { configMaps, namespaces } from '../../src/controllers/kinds/core.ts';
import {
  appliedWorks,
  type Binding,
  clusterFamily,
  evictions,
  namespacedFamily,
  type Placement,
  type PlacementPolicy,
  type Work,
  works,
} from '../../src/controllers/kinds/placement.ts';
import { says, TestFleet } from './fleet-estate.ts';
import { eventually, eventuallyAll } from './harness.ts';

/** What a placement, a member or an object may reach, and nothing beyond. */

const rbac = 'rbac.authorization.k8s.io';
const clusterRoleBindings = defineKind(`${rbac}/v1`, 'ClusterRoleBinding', 'clusterrolebindings', 'Cluster');
const placementVersion = 'placement.kubernetes-fleet.io/v1beta1';
const resourceEnvelopes = defineKind(placementVersion, 'ResourceEnvelope', 'resourceenvelopes');
const onEast: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['east'] };
const onWest: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['west'] };

let fleet: TestFleet;
before(async () => {
  fleet = await TestFleet.start(['east', 'west']);
});
after(() => fleet[Symbol.asyncDispose]());

async function makeEverywhere(name: string): Promise<void> {
  await fleet.makeNamespace(name);
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  for (const member of ['east', 'west']) await fleet.on(member).client.create(namespaces, space);
}

function work(member: string, name: string, rest: Partial<Work> = {}): Work {
  const { metadata = {}, spec = { workload: { manifests: [] } } } = rest;
  return {
    apiVersion: works.apiVersion,
    kind: works.kind,
    metadata: { ...metadata, name, namespace: `fleet-member-${member}` },
    spec,
  };
}

function color(member: string, namespace: string, data: JsonObject | undefined): Promise<unknown> {
  const target = { name: 'settings', namespace };
  return eventually(fleet.on(member).client, configMaps, target, (it) =>
    data
      ? it?.['data'] !== undefined && JSON.stringify(it['data']) === JSON.stringify(data)
      : it === undefined,
  );
}

async function paint(namespace: string, shade: string): Promise<void> {
  const body = { data: { color: shade } };
  await fleet.client.patch(configMaps, { name: 'settings', namespace }, { type: 'merge', body });
}

test('an object of the whole cluster that says it is in a namespace is not applied', async () => {
  await makeEverywhere('grab');
  const grab = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'grab', namespace: 'grab' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'User', apiGroup: rbac, name: 'mallory' }],
  };
  await fleet.client.create(resourceEnvelopes, {
    apiVersion: placementVersion,
    kind: 'ResourceEnvelope',
    metadata: { name: 'parcel', namespace: 'grab' },
    data: { 'grab.yaml': grab },
  });
  const [group = '', version = ''] = placementVersion.split('/');
  await fleet.placeIn('grab', 'own', {
    resourceSelectors: [{ group, version, kind: 'ResourceEnvelope', name: 'parcel' }],
    policy: onEast,
  });
  const placed = await fleet.untilPlacement({ name: 'own', namespace: 'grab' }, (it) =>
    Boolean(it.status?.placementStatuses?.[0]?.failedPlacements?.length),
  );
  const [failed] = placed.status?.placementStatuses?.[0]?.failedPlacements ?? [];
  assert.equal(failed?.condition?.reason, 'ManifestApplyFailed');
  assert.match(failed?.condition?.message ?? '', /the server could not find the requested resource/);
  const { items } = await fleet.on('east').client.list(clusterRoleBindings);
  assert.ok(items.every(({ metadata }) => metadata.name !== 'grab'));
});

test('a placement in a namespace brings nothing of another, also by a snapshot that somebody wrote', async () => {
  await makeEverywhere('mine');
  await makeEverywhere('theirs');
  const place = { name: 'own', namespace: 'mine' };
  await fleet.placeIn('mine', 'own', {
    resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }],
    policy: onEast,
    strategy: { type: 'External' },
  });
  const { bindings, resourceSnapshots } = namespacedFamily;
  const scheduled = await fleet.untilPlacement(place, (it) => says(it, 'Scheduled'));
  assert.ok(scheduled);
  const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'planted', namespace: 'theirs' } };
  await fleet.client.create(resourceSnapshots, {
    apiVersion: resourceSnapshots.apiVersion,
    kind: resourceSnapshots.kind,
    metadata: {
      name: 'own-0-snapshot',
      namespace: 'mine',
      labels: {
        'kubernetes-fleet.io/parent-CRP': 'own',
        'kubernetes-fleet.io/resource-index': '0',
        'kubernetes-fleet.io/is-latest-snapshot': 'true',
      },
      annotations: {
        'kubernetes-fleet.io/resource-hash': 'made-up',
        'kubernetes-fleet.io/number-of-resource-snapshots': '1',
      },
    },
    spec: { selectedResources: [theirs] },
  });
  const [binding] = (await fleet.client.list(bindings, { namespace: 'mine' })).items;
  assert.ok(binding);
  const spec = { ...binding.spec, state: 'Bound' as const, resourceSnapshotName: 'own-0-snapshot' };
  const bound = await fleet.client.update(bindings, { ...binding, spec });
  const started = {
    type: 'RolloutStarted',
    status: 'True',
    reason: 'RolloutStarted',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    ...(bound.metadata.generation === undefined ? {} : { observedGeneration: bound.metadata.generation }),
  } as const;
  await fleet.client.updateStatus(bindings, { ...bound, status: { conditions: [started] } });
  const target = { name: bound.metadata.name ?? '', namespace: 'mine' };
  const refused = await eventually(fleet.hub.client, bindings, target, (it) =>
    Boolean(findCondition(it?.status?.conditions, 'WorkSynchronized')),
  );
  const said = findCondition(refused?.status?.conditions, 'WorkSynchronized');
  assert.equal(
    said?.message,
    'Failed to synchronize the work to the latest: ConfigMap "planted" in namespace "theirs" is not in namespace "mine", where its placement is',
  );
});

test('a Work that a member writes in the name of the binding of another changes nothing for that one', async () => {
  await fleet.makeNamespace('forged');
  await fleet.place('forged', { policy: onWest });
  await fleet.until('forged', 'Available');
  const real = await fleet.client.get(works, { namespace: 'fleet-member-west', name: 'forged-work' });
  const { labels = {}, annotations = {} } = real.metadata;
  await fleet.client.create(works, work('east', 'forged-work', { metadata: { labels, annotations } }));
  await paint('forged', 'blue');
  await color('west', 'forged', { color: 'blue' });
  const placed = await fleet.untilPlacement(
    { name: 'forged' },
    (it) => says(it, 'Available') && it.status?.observedResourceIndex === '1',
  );
  assert.equal(placed.status?.placementStatuses?.length, 1);
  await assert.rejects(fleet.on('east').client.get(configMaps, { name: 'settings', namespace: 'forged' }));
  await fleet.client.delete(clusterFamily.placements, { name: 'forged' });
  // With the binding goes what names it.
  await eventuallyAll(
    fleet.hub.client,
    works,
    { labelSelector: 'kubernetes-fleet.io/parent-CRP=forged' },
    (all) => all.length === 0,
  );
});

test('a placement of the hub with a dot in its name and one in a namespace that reads the same keep apart', async () => {
  await makeEverywhere('dotted');
  await fleet.place('dotted.own', { policy: onEast }, 'dotted');
  await fleet.until('dotted.own', 'Available');
  await fleet.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'more', namespace: 'dotted' },
  });
  const isNext = (it: Placement) => says(it, 'Available') && it.status?.observedResourceIndex === '1';
  await fleet.untilPlacement({ name: 'dotted.own' }, isNext);
  await fleet.placeIn('dotted', 'own', {
    resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'more' }],
    policy: onEast,
  });
  // Both have a Work; that the object is the other's already is said of the object.
  const own = await fleet.untilPlacement({ name: 'own', namespace: 'dotted' }, (it) =>
    Boolean(it.status?.placementStatuses?.[0]?.failedPlacements?.length),
  );
  const [failed] = own.status?.placementStatuses?.[0]?.failedPlacements ?? [];
  assert.equal(failed?.condition?.reason, 'FailedToTakeOver');
  await fleet.client.delete(clusterFamily.placements, { name: 'dotted.own' });
  await eventually(fleet.on('east').client, namespaces, { name: 'dotted' }, (it) => it === undefined);
});

test('a namespace that no server deletes stays when its placement goes, and the deletion ends', async () => {
  const group = { group: '', version: 'v1', kind: 'Namespace' };
  const resourceSelectors = [{ ...group, name: 'default', selectionScope: 'NamespaceOnly' as const }];
  await fleet.place('lasting', { resourceSelectors, policy: onEast });
  await fleet.until('lasting', 'Available');
  await fleet.client.delete(clusterFamily.placements, { name: 'lasting' });
  const member = fleet.on('east').client;
  await eventually(member, appliedWorks, { name: 'lasting-work' }, (it) => it === undefined);
  const gone = { namespace: 'fleet-member-east', name: 'lasting-work' };
  await eventually(fleet.hub.client, works, gone, (it) => it === undefined);
  const { metadata } = await member.get(namespaces, { name: 'default' });
  assert.deepEqual([metadata.deletionTimestamp, metadata.ownerReferences ?? []], [undefined, []]);
});

test('an eviction that was made of what another one looked like is carried out as well', async () => {
  await fleet.makeNamespace('evicted');
  await fleet.place('evicted');
  await fleet.until('evicted', 'Available');
  const { apiVersion, kind } = evictions;
  const spec = { placementName: 'evicted', clusterName: 'east' };
  const executed = (name: string) =>
    eventually(fleet.hub.client, evictions, { name }, (it) =>
      Boolean(findCondition(it?.status?.conditions, 'Executed')),
    );
  await fleet.client.create(evictions, { apiVersion, kind, metadata: { name: 'first' }, spec });
  const first = await executed('first');
  const { annotations = {} } = first?.metadata ?? {};
  assert.equal(Object.keys(annotations).length, 1);
  const ofEvicted = { labelSelector: 'kubernetes-fleet.io/parent-CRP=evicted' };
  const isBack = ({ metadata, spec: { targetCluster }, status }: Binding) =>
    targetCluster === 'east' &&
    !metadata.deletionTimestamp &&
    isCurrent(findCondition(status?.conditions, 'Available'), metadata.generation, 'True');
  const back = await eventuallyAll(fleet.hub.client, clusterFamily.bindings, ofEvicted, (all) =>
    all.some(isBack),
  );
  const replaced = back.find(isBack);
  await fleet.client.create(evictions, { apiVersion, kind, metadata: { name: 'second', annotations }, spec });
  const second = await executed('second');
  assert.equal(
    findCondition(second?.status?.conditions, 'Executed')?.message,
    'Eviction is allowed, no ClusterResourcePlacementDisruptionBudget specified',
  );
  await eventually(
    fleet.hub.client,
    clusterFamily.bindings,
    { name: replaced?.metadata.name ?? '' },
    (it) => it === undefined,
  );
});
