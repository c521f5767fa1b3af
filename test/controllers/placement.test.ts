import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { findCondition, isCurrent } from '../../src/apimachinery/conditions.ts';
import { asKind, defineKind } from '../../src/apimachinery/kinds.ts';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import {
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
  statusCopies,
  works,
} from '../../src/controllers/kinds/placement.ts';
import {
  eventually,
  eventuallyAll,
  installFleetKinds,
  installMemberKinds,
  pool,
  startTestCluster,
  type TestCluster,
  testLog,
} from './harness.ts';
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
  await installFleetKinds(hub.client);
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
    await installMemberKinds(member.client);
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
  await installMemberKinds(late.client);
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

test('a placement whose policy is changed leaves the member that it names no more for the one that it names', async () => {
  await makeNamespace('moving');
  const policy = (name: string): PlacementPolicy => ({ placementType: 'PickFixed', clusterNames: [name] });
  const { placements } = clusterFamily;
  await hub.client.create(placements, placement('moving', wholeNamespace('moving'), policy('east')));
  await done('moving', 1);
  await on('east').client.get(namespaces, { name: 'moving' });
  const body = { spec: { policy: { clusterNames: ['west'] } } };
  await hub.client.patch(placements, { name: 'moving' }, { type: 'merge', body });
  await eventually(on('west').client, namespaces, { name: 'moving' }, (found) => found !== undefined);
  await eventually(on('east').client, namespaces, { name: 'moving' }, (found) => found === undefined);
  const moved = await eventually(
    hub.client,
    placements,
    { name: 'moving' },
    (p) => reached(p, 'Available') && p?.status?.placementStatuses?.[0]?.clusterName === 'west',
  );
  assert.equal(moved?.status?.placementStatuses?.length, 1);
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

test('a placement in a namespace goes where that namespace is, and to those that get it later', async () => {
  await makeNamespace('crew');
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'crew' } };
  await on('east').client.create(namespaces, space);
  await eventually(
    hub.client,
    memberClusters,
    { name: 'east' },
    (member) => member?.status?.namespaces?.['crew'] === '',
  );
  const { apiVersion, kind } = namespacedFamily.placements;
  const metadata = { name: 'wherever', namespace: 'crew' };
  const resourceSelectors = [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }];
  await hub.client.create(namespacedFamily.placements, {
    apiVersion,
    kind,
    metadata,
    spec: { resourceSelectors },
  });
  const placedOn = (clusters: readonly string[]) =>
    eventually(hub.client, namespacedFamily.placements, metadata, (p) => {
      const names = p?.status?.placementStatuses?.map(({ clusterName }) => clusterName) ?? [];
      return reached(p, 'Available') && names.sort().join() === clusters.join();
    });
  await placedOn(['east']);
  const snapshot = await hub.client.get(namespacedFamily.policySnapshots, {
    name: 'wherever-0',
    namespace: 'crew',
  });
  const refused = asKind(namespacedFamily.policySnapshots, snapshot).status?.targetClusters?.filter(
    ({ selected }) => !selected,
  );
  assert.equal(
    refused?.find(({ clusterName }) => clusterName === 'west')?.reason,
    'ClusterUnschedulable, target namespace does not exist on cluster',
  );
  await on('west').client.create(namespaces, space);
  await placedOn(['east', 'west']);
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

test('a drift that stops the apply is told with what drifted', async () => {
  await makeNamespace('drifted');
  const { client } = on('east');
  const policy: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['east'] };
  const wanted = placement('drifted', wholeNamespace('drifted'), policy);
  await hub.client.create(clusterFamily.placements, {
    ...wanted,
    spec: { ...wanted.spec, strategy: { applyStrategy: { whenToApply: 'IfNotDrifted' } } },
  });
  await done('drifted', 1);
  const settings = { name: 'settings', namespace: 'drifted' };
  await client.patch(configMaps, settings, { type: 'merge', body: { data: { color: 'green' } } });
  const placed = await eventually(hub.client, clusterFamily.placements, { name: 'drifted' }, (p) =>
    Boolean(p?.status?.placementStatuses?.[0]?.failedPlacements?.length),
  );
  const [status] = placed?.status?.placementStatuses ?? [];
  assert.deepEqual(status?.failedPlacements?.[0]?.condition?.reason, 'FoundDrifts');
  assert.equal(
    status?.failedPlacements?.[0]?.condition?.message,
    'Failed to apply the manifest (error: cannot apply manifest: drifts are found between the manifest and the object from the member cluster)',
  );
  assert.deepEqual(status?.driftedPlacements?.[0]?.['observedDrifts'], [
    { path: '/data/color', valueInHub: 'red', valueInMember: 'green' },
  ]);
});

test('that a placement leaves behind what it placed is remembered beside its spec, also after a replace', async () => {
  const wanted = placement('leaver', wholeNamespace('leaver'));
  const strategy = { deleteStrategy: { propagationPolicy: 'Abandon' as const } };
  await hub.client.create(clusterFamily.placements, { ...wanted, spec: { ...wanted.spec, strategy } });
  const isMarked = (p: Placement | undefined) => p?.metadata.annotations?.['drydock.dev/abandon'] === 'true';
  await eventually(hub.client, clusterFamily.placements, { name: 'leaver' }, isMarked);
  const dropped = await hub.client.patch(
    clusterFamily.placements,
    { name: 'leaver' },
    { type: 'merge', body: { metadata: { annotations: null } } },
  );
  assert.equal(dropped.metadata.annotations, undefined);
  await eventually(hub.client, clusterFamily.placements, { name: 'leaver' }, isMarked);
  const body = { spec: { strategy: { deleteStrategy: { propagationPolicy: 'Delete' } } } };
  await hub.client.patch(clusterFamily.placements, { name: 'leaver' }, { type: 'merge', body });
  await eventually(hub.client, clusterFamily.placements, { name: 'leaver' }, (p) => !isMarked(p));
});

test('a status that is told in a namespace waits for the namespace, and keeps to it', async () => {
  const wanted = placement('told', wholeNamespace('told'), {
    placementType: 'PickFixed',
    clusterNames: ['east'],
  });
  await hub.client.create(clusterFamily.placements, {
    ...wanted,
    spec: { ...wanted.spec, statusReportingScope: 'NamespaceAccessible' },
  });
  const synced = (p: Placement | undefined) =>
    findCondition(p?.status?.conditions, 'ClusterResourcePlacementStatusSynced');
  const untold = await eventually(hub.client, clusterFamily.placements, { name: 'told' }, (p) =>
    Boolean(synced(p)),
  );
  assert.deepEqual([synced(untold)?.status, synced(untold)?.reason], ['False', 'StatusSyncFailed']);
  assert.match(
    synced(untold)?.message ?? '',
    /^Failed to create or update ClusterResourcePlacementStatus: .*namespaces "told" not found$/,
  );
  await makeNamespace('told');
  await done('told', 1);
  const copy = await eventually(hub.client, statusCopies, { name: 'told', namespace: 'told' }, (c) =>
    Boolean(c?.sourceStatus.conditions?.some(({ type }) => type.endsWith('Available'))),
  );
  const placed = await hub.client.get(clusterFamily.placements, { name: 'told' });
  const { conditions = [], ...rest } = asKind(clusterFamily.placements, placed).status ?? {};
  const told = conditions.filter(({ type }) => type !== 'ClusterResourcePlacementStatusSynced');
  assert.deepEqual(copy?.sourceStatus, { ...rest, conditions: told });
  await makeNamespace('other');
  const body = { spec: { resourceSelectors: [wholeNamespace('other')] } };
  await hub.client.patch(clusterFamily.placements, { name: 'told' }, { type: 'merge', body });
  const moved = await eventually(hub.client, clusterFamily.placements, { name: 'told' }, (p) => {
    const scheduled = findCondition(p?.status?.conditions, 'ClusterResourcePlacementScheduled');
    return isCurrent(scheduled, p?.metadata.generation, 'False');
  });
  const scheduled = findCondition(moved?.status?.conditions, 'ClusterResourcePlacementScheduled');
  assert.deepEqual(
    [scheduled?.reason, scheduled?.message],
    [
      'InvalidResourceSelectors',
      "namespace resource selector is choosing a different namespace 'other' from what was originally picked 'told'. This is not allowed for NamespaceAccessible ClusterResourcePlacement",
    ],
  );
});

test('a PickFixed list without names decides nothing', async () => {
  await makeNamespace('nobody');
  const { apiVersion, kind } = namespacedFamily.placements;
  const metadata = { name: 'nobody', namespace: 'nobody' };
  const selector = { group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' };
  const policy: PlacementPolicy = { placementType: 'PickFixed', clusterNames: [] };
  // Of a placement of the whole hub this is refused.
  await hub.client.create(namespacedFamily.placements, {
    apiVersion,
    kind,
    metadata,
    spec: { resourceSelectors: [selector], policy },
  });
  const placed = await eventually(
    hub.client,
    namespacedFamily.placements,
    metadata,
    (p) => p?.status?.observedResourceIndex === '0',
  );
  const [scheduled] = placed?.status?.conditions ?? [];
  assert.deepEqual([scheduled?.status, scheduled?.reason], ['Unknown', 'SchedulePending']);
});

test('what envelopes carry reaches the members, the envelopes themselves do not', async () => {
  const envelope = 'placement.kubernetes-fleet.io/v1beta1';
  await makeNamespace('wrapped');
  const settings = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'wrapped' },
    data: { from: 'envelope' },
  });
  await hub.client.create(defineKind(envelope, 'ResourceEnvelope', 'resourceenvelopes'), {
    apiVersion: envelope,
    kind: 'ResourceEnvelope',
    metadata: { name: 'inside', namespace: 'wrapped' },
    data: { 'settings.yaml': settings('unwrapped') },
  });
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'unwrapped' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  };
  await hub.client.create(
    defineKind(envelope, 'ClusterResourceEnvelope', 'clusterresourceenvelopes', 'Cluster'),
    {
      apiVersion: envelope,
      kind: 'ClusterResourceEnvelope',
      metadata: { name: 'roles' },
      data: { 'role.yaml': role },
    },
  );
  const policy: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['east'] };
  const roles: ResourceSelector = {
    group: 'placement.kubernetes-fleet.io',
    version: 'v1beta1',
    kind: 'ClusterResourceEnvelope',
    name: 'roles',
  };
  await hub.client.create(clusterFamily.placements, placement('wrapped', wholeNamespace('wrapped'), policy));
  await hub.client.create(clusterFamily.placements, placement('roles', roles, policy));
  const placed = await done('wrapped', 1);
  assert.deepEqual(
    placed?.status?.selectedResources?.map(({ kind }) => kind),
    ['Namespace', 'ConfigMap', 'ResourceEnvelope'],
  );
  const { client } = on('east');
  const unwrapped = await client.get(configMaps, { name: 'unwrapped', namespace: 'wrapped' });
  assert.deepEqual(unwrapped['data'], { from: 'envelope' });
  await done('roles', 1);
  await client.get(
    { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' },
    { name: 'unwrapped' },
  );
  await hub.client.delete(clusterFamily.placements, { name: 'wrapped' });
  await eventually(client, namespaces, { name: 'wrapped' }, (n) => n === undefined);
});

test('a replace that drops the finalizers leaves nothing behind, now or later', async () => {
  await makeNamespace('replaced');
  const wanted = placement('replaced', wholeNamespace('replaced'), {
    placementType: 'PickFixed',
    clusterNames: ['east'],
  });
  await hub.client.create(clusterFamily.placements, wanted);
  await done('replaced', 1);
  const dropped = { type: 'merge', body: { metadata: { finalizers: null } } } as const;
  await hub.client.patch(clusterFamily.placements, { name: 'replaced' }, dropped);
  const held = await eventually(
    hub.client,
    clusterFamily.placements,
    { name: 'replaced' },
    (p) => p?.metadata.finalizers?.length === 2,
  );
  assert.ok(held);
  await hub.client.delete(clusterFamily.placements, { name: 'replaced' });
  await eventually(on('east').client, namespaces, { name: 'replaced' }, (n) => n === undefined);
});

test('bindings and Works whose placement was torn away from them are collected', async () => {
  const labels = { 'kubernetes-fleet.io/parent-CRP': 'never-was' };
  const { bindings } = clusterFamily;
  await hub.client.create(bindings, {
    apiVersion: bindings.apiVersion,
    kind: bindings.kind,
    metadata: { name: 'lost', labels, finalizers: ['kubernetes-fleet.io/scheduler-crb-cleanup'] },
    spec: {
      state: 'Bound',
      targetCluster: 'east',
      clusterDecision: { clusterName: 'east', selected: true, reason: 'test' },
      schedulingPolicySnapshotName: 'never-was-0',
      resourceSnapshotName: '',
    },
  });
  await hub.client.create(works, {
    apiVersion: works.apiVersion,
    kind: works.kind,
    metadata: {
      name: 'lost',
      namespace: 'fleet-member-east',
      labels: { ...labels, 'kubernetes-fleet.io/parent-resource-binding': 'gone-before' },
    },
    spec: { workload: { manifests: [] } },
  });
  await eventually(hub.client, bindings, { name: 'lost' }, (b) => b === undefined);
  const work = { name: 'lost', namespace: 'fleet-member-east' };
  await eventually(hub.client, works, work, (w) => w === undefined);
});

test('a custom kind that a member gets later is applied then, and until then the Work says what is missing', async () => {
  const target = { name: 'ahead', namespace: 'fleet-member-east' };
  const widget = {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'w', namespace: 'default' },
  };
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ahead', namespace: 'default' } };
  await hub.client.create(works, {
    apiVersion: works.apiVersion,
    kind: works.kind,
    metadata: target,
    spec: { workload: { manifests: [widget] } },
  });
  const applied = (status: string) =>
    eventually(
      hub.client,
      works,
      target,
      (work) => findCondition(work?.status?.conditions, 'Applied')?.status === status,
    );
  await applied('False');
  await on('east').client.create(customResources, {
    apiVersion: customResources.apiVersion,
    kind: customResources.kind,
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  });
  await hub.client.patch(works, target, {
    type: 'merge',
    body: { spec: { workload: { manifests: [widget, settings] } } },
  });
  await applied('True');
  const widgets = { group: 'example.com', version: 'v1', resource: 'widgets' };
  await on('east').client.get(widgets, widget.metadata);
  await hub.client.delete(works, target);
  await eventually(hub.client, works, target, (work) => work === undefined);
});

const withoutFinalizers = { type: 'merge', body: { metadata: { finalizers: null } } } as const;

async function placedOnEast(name: string) {
  await makeNamespace(name);
  const policy: PlacementPolicy = { placementType: 'PickFixed', clusterNames: ['east'] };
  await hub.client.create(clusterFamily.placements, placement(name, wholeNamespace(name), policy));
  await done(name, 1);
  const labelSelector = `kubernetes-fleet.io/parent-CRP=${name}`;
  const [binding] = (await hub.client.list(clusterFamily.bindings, { labelSelector })).items;
  const work = { name: `${name}-work`, namespace: 'fleet-member-east' };
  assert.ok(binding);
  return {
    binding: { name: binding.metadata.name ?? '' },
    labelSelector,
    work,
    applied: { name: work.name },
  };
}

async function takenAway(name: string): Promise<void> {
  await hub.client.delete(clusterFamily.placements, { name });
  await eventually(on('east').client, namespaces, { name }, (n) => n === undefined);
  await eventually(on('east').client, appliedWorks, { name: `${name}-work` }, (a) => a === undefined);
}

test('bindings and Works get back the finalizers that a replace took off them', async () => {
  const { binding, work } = await placedOnEast('stripped');
  await hub.client.patch(clusterFamily.bindings, binding, withoutFinalizers);
  await eventually(hub.client, clusterFamily.bindings, binding, (b) => b?.metadata.finalizers?.length === 1);
  await hub.client.patch(works, work, withoutFinalizers);
  await eventually(hub.client, works, work, (w) => w?.metadata.finalizers?.length === 1);
  await takenAway('stripped');
});

test('a placement makes bindings and snapshots anew that somebody deleted', async () => {
  const { binding, labelSelector } = await placedOnEast('anew');
  const before = await hub.client.get(clusterFamily.bindings, binding);
  await hub.client.patch(clusterFamily.bindings, binding, withoutFinalizers);
  await hub.client.delete(clusterFamily.bindings, binding);
  const isAnother = ({ metadata: { uid } }: KubeObject) => uid !== before.metadata.uid;
  await eventuallyAll(hub.client, clusterFamily.bindings, { labelSelector }, (all) => all.some(isAnother));
  await done('anew', 1);
  const { policySnapshots, resourceSnapshots } = clusterFamily;
  for (const kind of [policySnapshots, resourceSnapshots] as const) {
    const [snapshot] = (await hub.client.list(kind, { labelSelector })).items;
    const { name = '', uid } = snapshot?.metadata ?? {};
    await hub.client.delete(kind, { name });
    const isNew = (objects: readonly KubeObject[]) => objects.some(({ metadata }) => metadata.uid !== uid);
    await eventuallyAll<KubeObject>(hub.client, kind, { labelSelector }, isNew);
  }
  await takenAway('anew');
});

test('what was applied for a Work that went without its leave is collected, now and by an agent that starts later', async () => {
  const { work, applied } = await placedOnEast('torn');
  const { client } = on('east');
  const { annotations = {} } = (await client.get(appliedWorks, applied)).metadata;
  // An AppliedWork of this membership whose Work nobody knows, and one of a membership before it.
  const lost = (name: string, annotations: { [key: string]: string }) => ({
    apiVersion: appliedWorks.apiVersion,
    kind: appliedWorks.kind,
    metadata: { name, annotations },
    spec: { workName: name, workNamespace: work.namespace },
  });
  await client.create(appliedWorks, lost('of-before', { 'drydock.dev/membership': 'another' }));
  await client.create(appliedWorks, lost('of-now', annotations));
  await eventually(client, appliedWorks, { name: 'of-now' }, (a) => a === undefined);
  await client.get(appliedWorks, { name: 'of-before' });
  await takenAway('torn');
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
