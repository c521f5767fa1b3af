import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import {
  fleetCustomResources,
  memberCustomResources,
  type RunningControllers,
  startHubControllers,
  startMemberAgent,
} from '../../src/controllers/index.ts';
import { type Deployment, deployments } from '../../src/controllers/kinds/apps.ts';
import { configMaps, namespaces } from '../../src/controllers/kinds/core.ts';
import { type MemberCluster, memberClusters } from '../../src/controllers/kinds/fleet.ts';
import {
  appliedWorks,
  clusterFamily,
  namespacedFamily,
  type Placement,
  type PlacementPolicy,
  type ResourceSelector,
  works,
} from '../../src/controllers/kinds/placement.ts';
import { findCondition, isCurrent } from '../../src/controllers/shared/conditions.ts';
import { asKind, defineKind } from '../../src/reconcile/index.ts';
import { eventually, eventuallyAll, pool, startTestCluster, type TestCluster, testLog } from './harness.ts';
import { workload } from './manifests.ts';

const customResources = defineKind(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  'Cluster',
);
const surroundings = { clock: systemClock, random: systemRandom, log: testLog };
const memberNames = ['east', 'north', 'west'];

let hub: TestCluster;
let members: Map<string, TestCluster>;
let running: RunningControllers[];

before(async () => {
  hub = await startTestCluster({ profile: 'hub' });
  for (const definition of fleetCustomResources()) await hub.client.create(customResources, definition);
  running = [
    startHubControllers({
      ...surroundings,
      hub: hub.client,
      snapshotDelays: { collectMs: 0, intervalMs: 0 },
    }),
  ];
  members = new Map();
  for (const [at, name] of memberNames.entries()) {
    const nodes = [
      pool(
        'nodes',
        Array.from({ length: at + 1 }, (_, i) => `${name}-${i}`),
      ),
    ];
    const member = await startTestCluster({ nodes });
    for (const definition of memberCustomResources()) await member.client.create(customResources, definition);
    members.set(name, member);
    running.push(
      startMemberAgent({ ...surroundings, hub: hub.client, member: member.client, memberName: name }),
    );
    await hub.client.create(memberClusters, memberCluster(name, { region: name === 'west' ? 'us' : 'eu' }));
  }
  for (const name of memberNames) {
    await eventually(
      hub.client,
      memberClusters,
      { name },
      (m) => findCondition(m?.status?.conditions, 'Joined')?.status === 'True',
    );
  }
});
after(async () => {
  for (const controllers of running) await controllers.close();
  for (const member of members.values()) await member.close();
  await hub.close();
});

function memberCluster(name: string, labels: { [key: string]: string } = {}): MemberCluster {
  return {
    apiVersion: memberClusters.apiVersion,
    kind: memberClusters.kind,
    metadata: { name, labels },
    spec: { identity: { kind: 'User', name: `agent-${name}` } },
  };
}

function on(name: string): TestCluster {
  const member = members.get(name);
  assert.ok(member);
  return member;
}

const wholeNamespace = (name: string): ResourceSelector => ({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  name,
});

function placement(name: string, selector: ResourceSelector, policy?: PlacementPolicy): Placement {
  const { apiVersion, kind } = clusterFamily.placements;
  const spec = { resourceSelectors: [selector], ...(policy ? { policy } : {}) };
  return { apiVersion, kind, metadata: { name }, spec };
}

async function makeNamespace(name: string): Promise<void> {
  await hub.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const metadata = { name: 'settings', namespace: name };
  await hub.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { color: 'red' },
  });
}

function reached(object: Placement | undefined, type: string): boolean {
  const condition = findCondition(object?.status?.conditions, `${object?.kind}${type}`);
  return isCurrent(condition, object?.metadata.generation, 'True');
}

function done(name: string, clusters: number): Promise<Placement | undefined> {
  return eventually(
    hub.client,
    clusterFamily.placements,
    { name },
    (p) => reached(p, 'Available') && p?.status?.placementStatuses?.length === clusters,
  );
}

test('PickAll brings a namespace with what is in it to every member and shows each step', async () => {
  await makeNamespace('shop');
  await hub.client.create(
    deployments,
    workload('apps/v1', 'Deployment', { name: 'web', namespace: 'shop', replicas: 2 }),
  );
  await hub.client.create(clusterFamily.placements, placement('shop', wholeNamespace('shop')));
  const placed = await done('shop', 3);
  assert.deepEqual(
    placed?.status?.conditions?.map(({ type, reason }) => [type, reason]),
    [
      ['ClusterResourcePlacementScheduled', 'SchedulingPolicyFulfilled'],
      ['ClusterResourcePlacementRolloutStarted', 'RolloutStarted'],
      ['ClusterResourcePlacementOverridden', 'NoOverrideSpecified'],
      ['ClusterResourcePlacementWorkSynchronized', 'WorkSynchronized'],
      ['ClusterResourcePlacementApplied', 'ApplySucceeded'],
      ['ClusterResourcePlacementAvailable', 'ResourceAvailable'],
    ],
  );
  assert.equal(
    findCondition(placed?.status?.conditions, 'ClusterResourcePlacementScheduled')?.message,
    'found all cluster needed as specified by the scheduling policy, found 3 cluster(s)',
  );
  assert.equal(placed?.status?.observedResourceIndex, '0');
  assert.deepEqual(
    placed?.status?.selectedResources?.map(({ kind, name }) => `${kind}/${name}`),
    ['Namespace/shop', 'ConfigMap/settings', 'Deployment/web'],
  );
  for (const name of memberNames) {
    const { client } = on(name);
    const web = await eventually(
      client,
      deployments,
      { namespace: 'shop', name: 'web' },
      (d: Deployment | undefined) => d?.status?.availableReplicas === 2,
    );
    assert.equal(web?.metadata.ownerReferences?.[0]?.kind, 'AppliedWork');
    await client.get(appliedWorks, { name: 'shop-work' });
    const work = asKind(
      works,
      await hub.client.get(works, { namespace: `fleet-member-${name}`, name: 'shop-work' }),
    );
    assert.equal(findCondition(work.status?.conditions, 'Applied')?.reason, 'AllManifestsApplied');
  }
  const { kubectl } = await hub.listen();
  assert.match(await kubectl('get', 'crp', 'shop'), /shop +1 +True +1 +True +1 +/);
});

test('a change of a resource on the hub reaches the members as the next index', async () => {
  const body = { data: { color: 'blue' } };
  await hub.client.patch(configMaps, { namespace: 'shop', name: 'settings' }, { type: 'merge', body });
  for (const name of memberNames) {
    await eventually(
      on(name).client,
      configMaps,
      { namespace: 'shop', name: 'settings' },
      (m) => m?.data?.['color'] === 'blue',
    );
  }
  const placed = await eventually(
    hub.client,
    clusterFamily.placements,
    { name: 'shop' },
    (p) => p?.status?.observedResourceIndex === '1' && reached(p, 'Available'),
  );
  assert.equal(placed?.status?.placementStatuses?.length, 3);
});

test('what is deleted on the hub is deleted on the members', async () => {
  await hub.client.delete(deployments, { namespace: 'shop', name: 'web' });
  for (const name of memberNames) {
    await eventually(
      on(name).client,
      deployments,
      { namespace: 'shop', name: 'web' },
      (d) => d === undefined,
    );
  }
});

test('PickN with affinity picks the members that fit, best first', async () => {
  await makeNamespace('picky');
  const policy: PlacementPolicy = {
    placementType: 'PickN',
    numberOfClusters: 1,
    affinity: {
      clusterAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          clusterSelectorTerms: [{ labelSelector: { matchLabels: { region: 'eu' } } }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 20,
            preference: {
              propertySorter: { name: 'kubernetes-fleet.io/node-count', sortOrder: 'Descending' },
            },
          },
        ],
      },
    },
  };
  await hub.client.create(clusterFamily.placements, placement('picky', wholeNamespace('picky'), policy));
  const placed = await done('picky', 1);
  assert.deepEqual(
    placed?.status?.placementStatuses?.map(({ clusterName }) => clusterName),
    ['north'],
  );
  const scheduled = findCondition(placed?.status?.placementStatuses?.[0]?.conditions, 'Scheduled');
  assert.match(
    scheduled?.message ?? '',
    /^Successfully scheduled resources for placement in "north" \(affinity score: 10, topology spread score: 0\): picked by scheduling policy$/,
  );
});

test('PickN that asks for more than there is says so, and is fulfilled when a member joins', async () => {
  await makeNamespace('many');
  const policy: PlacementPolicy = { placementType: 'PickN', numberOfClusters: 4 };
  await hub.client.create(clusterFamily.placements, placement('many', wholeNamespace('many'), policy));
  const short = await eventually(
    hub.client,
    clusterFamily.placements,
    { name: 'many' },
    (p) =>
      findCondition(p?.status?.conditions, 'ClusterResourcePlacementScheduled')?.status === 'False' &&
      p?.status?.placementStatuses?.length === 3,
  );
  assert.equal(
    findCondition(short?.status?.conditions, 'ClusterResourcePlacementScheduled')?.reason,
    'SchedulingPolicyUnfulfilled',
  );
  const late = await startTestCluster();
  for (const definition of memberCustomResources()) await late.client.create(customResources, definition);
  members.set('late', late);
  running.push(
    startMemberAgent({ ...surroundings, hub: hub.client, member: late.client, memberName: 'late' }),
  );
  await hub.client.create(memberClusters, memberCluster('late'));
  await done('many', 4);
  await eventually(late.client, namespaces, { name: 'many' }, (n) => n !== undefined);
});

test('PickFixed names a member that is not there', async () => {
  await makeNamespace('fixed');
  const policy: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['east', 'nowhere'] };
  await hub.client.create(clusterFamily.placements, placement('fixed', wholeNamespace('fixed'), policy));
  const placed = await eventually(
    hub.client,
    clusterFamily.placements,
    { name: 'fixed' },
    (p) =>
      p?.status?.placementStatuses?.length === 2 &&
      findCondition(p.status.placementStatuses[0]?.conditions, 'Available')?.status === 'True',
  );
  const [east, nowhere] = placed?.status?.placementStatuses ?? [];
  assert.equal(east?.clusterName, 'east');
  assert.equal(nowhere?.clusterName, undefined);
  const failed = findCondition(nowhere?.conditions, 'Scheduled');
  assert.equal(failed?.reason, 'ScheduleFailed');
  assert.equal(failed?.message, 'Specified cluster "nowhere" is not found');
});

test('a taint keeps new placements away that do not tolerate it', async () => {
  await makeNamespace('tainted');
  const body = { spec: { taints: [{ key: 'closed', value: 'yes', effect: 'NoSchedule' }] } };
  await hub.client.patch(memberClusters, { name: 'west' }, { type: 'merge', body });
  const policy: PlacementPolicy = { placementType: 'PickAll' };
  await hub.client.create(clusterFamily.placements, placement('tainted', wholeNamespace('tainted'), policy));
  const placed = await done('tainted', 3);
  const names = placed?.status?.placementStatuses?.map(({ clusterName }) => clusterName).sort();
  assert.deepEqual(names, ['east', 'late', 'north']);
  await hub.client.patch(
    memberClusters,
    { name: 'west' },
    { type: 'merge', body: { spec: { taints: null } } },
  );
  await done('tainted', 4);
});

test('a placement in a namespace places what it selects there', async () => {
  await makeNamespace('team');
  for (const name of memberNames) {
    const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };
    await on(name).client.create(namespaces, space);
  }
  const { apiVersion, kind } = namespacedFamily.placements;
  const policy: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['east', 'west'] };
  const resourceSelectors = [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }];
  const metadata = { name: 'own', namespace: 'team' };
  await hub.client.create(namespacedFamily.placements, {
    apiVersion,
    kind,
    metadata,
    spec: { resourceSelectors, policy },
  });
  await eventually(hub.client, namespacedFamily.placements, metadata, (p) => reached(p, 'Available'));
  await hub.client.get(works, { namespace: 'fleet-member-east', name: 'team.own-work' });
  const map = await on('west').client.get(configMaps, { namespace: 'team', name: 'settings' });
  assert.deepEqual(map['data'], { color: 'red' });
});

test('selectors that cannot be are refused with the reason', async () => {
  await hub.client.create(clusterFamily.placements, placement('reserved', wholeNamespace('kube-system')));
  const refused = await eventually(hub.client, clusterFamily.placements, { name: 'reserved' }, (p) =>
    Boolean(findCondition(p?.status?.conditions, 'ClusterResourcePlacementScheduled')),
  );
  const condition = findCondition(refused?.status?.conditions, 'ClusterResourcePlacementScheduled');
  assert.equal(condition?.reason, 'InvalidResourceSelectors');
  assert.match(condition?.message ?? '', /namespace kube-system is not allowed to propagate/);
});

test('ReportDiff touches nothing on the member and tells what differs', async () => {
  await makeNamespace('report');
  const { client } = on('east');
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'report' } });
  const metadata = { name: 'settings', namespace: 'report' };
  await client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { color: 'green' },
  });
  const policy: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['east'] };
  const wanted = placement('report', wholeNamespace('report'), policy);
  const applyStrategy = { type: 'ReportDiff' as const, whenToTakeOver: 'Never' };
  await hub.client.create(clusterFamily.placements, {
    ...wanted,
    spec: { ...wanted.spec, strategy: { applyStrategy } },
  });
  const placed = await eventually(hub.client, clusterFamily.placements, { name: 'report' }, (p) =>
    reached(p, 'DiffReported'),
  );
  const [diffed] = placed?.status?.placementStatuses?.[0]?.diffedPlacements ?? [];
  assert.equal(diffed?.name, 'settings');
  assert.deepEqual(diffed?.['observedDiffs'], [
    { path: '/data/color', valueInHub: 'red', valueInMember: 'green' },
  ]);
  const untouched = await client.get(configMaps, metadata);
  assert.deepEqual(untouched['data'], { color: 'green' });
  assert.deepEqual(untouched.metadata.ownerReferences ?? [], []);
});

test('IfNoDiff leaves an object alone that differs, and says which', async () => {
  await makeNamespace('careful');
  const { client } = on('east');
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'careful' } });
  const metadata = { name: 'settings', namespace: 'careful' };
  await client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { color: 'green' },
  });
  const policy: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['east'] };
  const wanted = placement('careful', wholeNamespace('careful'), policy);
  await hub.client.create(clusterFamily.placements, {
    ...wanted,
    spec: { ...wanted.spec, strategy: { applyStrategy: { whenToTakeOver: 'IfNoDiff' } } },
  });
  const placed = await eventually(
    hub.client,
    clusterFamily.placements,
    { name: 'careful' },
    (p) =>
      Boolean(p?.status?.placementStatuses?.[0]?.failedPlacements?.length) &&
      Boolean(p?.status?.placementStatuses?.[0]?.diffedPlacements?.length),
  );
  const [failed] = placed?.status?.placementStatuses?.[0]?.failedPlacements ?? [];
  assert.equal(failed?.condition?.reason, 'FailedToTakeOver');
  assert.deepEqual((await client.get(configMaps, metadata))['data'], { color: 'green' });
});

test('deleting a placement takes everything off the members again', async () => {
  await hub.client.delete(clusterFamily.placements, { name: 'shop' });
  await eventually(hub.client, clusterFamily.placements, { name: 'shop' }, (p) => p === undefined);
  for (const name of memberNames) {
    await eventually(on(name).client, namespaces, { name: 'shop' }, (n) => n === undefined);
  }
  const ofShop = { labelSelector: 'kubernetes-fleet.io/parent-CRP=shop' };
  await eventuallyAll(hub.client, clusterFamily.bindings, ofShop, (all) => all.length === 0);
  await eventuallyAll(hub.client, works, ofShop, (all) => all.length === 0);
});

test('a member that leaves keeps what was applied, and the placement forgets it', async () => {
  await hub.client.delete(memberClusters, { name: 'north' });
  await eventually(hub.client, memberClusters, { name: 'north' }, (m) => m === undefined);
  await eventually(
    hub.client,
    clusterFamily.placements,
    { name: 'tainted' },
    (p) => p?.status?.placementStatuses?.every(({ clusterName }) => clusterName !== 'north') ?? false,
  );
  await on('north').client.get(namespaces, { name: 'tainted' });
});
