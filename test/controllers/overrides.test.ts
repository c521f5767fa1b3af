import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import { type JsonObject, systemClock, systemRandom } from '../../src/base/index.ts';
import {
  type RunningControllers,
  startHubControllers,
  startMemberAgent,
} from '../../src/controllers/index.ts';
import { configMaps, namespaces } from '../../src/controllers/kinds/core.ts';
import { type MemberCluster, memberClusters } from '../../src/controllers/kinds/fleet.ts';
import {
  clusterFamily,
  clusterOverrides,
  namespacedFamily,
  namespacedOverrides,
  type Override,
  type OverrideRule,
  type OverrideSpec,
  type Placement,
  works,
} from '../../src/controllers/kinds/placement.ts';
import {
  eventually,
  eventuallyAll,
  installFleetKinds,
  installMemberKinds,
  startTestCluster,
  type TestCluster,
  testLog,
} from './harness.ts';

const surroundings = { clock: systemClock, random: systemRandom, log: testLog };
const regions = { east: 'eu', west: 'us' } as const;
type Name = keyof typeof regions;
const names: readonly Name[] = ['east', 'west'];

let hub: TestCluster;
let controllers: RunningControllers;
const members = new Map<Name, { readonly cluster: TestCluster; readonly agent: RunningControllers }>();

const startHub = () =>
  startHubControllers({ ...surroundings, hub: hub.client, snapshotDelays: { collectMs: 0, intervalMs: 0 } });

before(async () => {
  hub = await startTestCluster({ profile: 'hub' });
  await installFleetKinds(hub.client);
  controllers = startHub();
  for (const memberName of names) {
    const cluster = await startTestCluster();
    await installMemberKinds(cluster.client);
    const agent = startMemberAgent({ ...surroundings, hub: hub.client, member: cluster.client, memberName });
    members.set(memberName, { cluster, agent });
    const { apiVersion, kind } = memberClusters;
    const joining: MemberCluster = {
      apiVersion,
      kind,
      metadata: { name: memberName, labels: { region: regions[memberName] } },
      spec: { identity: { kind: 'User', name: `agent-${memberName}` } },
    };
    await hub.client.create(memberClusters, joining);
  }
  for (const name of names) {
    const hasJoined = (m: MemberCluster | undefined) =>
      findCondition(m?.status?.conditions, 'Joined')?.status === 'True';
    await eventually(hub.client, memberClusters, { name }, hasJoined);
  }
});
after(async () => {
  await controllers.close();
  for (const { cluster, agent } of members.values()) {
    await agent.close();
    await cluster.close();
  }
  await hub.close();
});

function on(name: Name): TestCluster['client'] {
  const member = members.get(name);
  assert.ok(member);
  return member.cluster.client;
}

/** A namespace with the ConfigMap `settings`, and the placement of its name that brings it everywhere. */
async function place(name: string): Promise<void> {
  await makeNamespace(name);
  await placeNamespace(name);
}

async function placeNamespace(name: string): Promise<void> {
  const { apiVersion, kind } = clusterFamily.placements;
  const spec = { resourceSelectors: [namespaceOf(name)] };
  await hub.client.create(clusterFamily.placements, { apiVersion, kind, metadata: { name }, spec });
}

async function makeNamespace(name: string): Promise<void> {
  await hub.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await hub.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: name },
    data: { color: 'red', size: 'small' },
  });
}

const isSettings = { group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' };
const everywhere = { clusterSelectorTerms: [] };
const inRegion = (region: string) => ({
  clusterSelectorTerms: [{ labelSelector: { matchLabels: { region } } }],
});

type Patch = NonNullable<OverrideRule['jsonPatchOverrides']>[number];
const patching = (clusterSelector: OverrideRule['clusterSelector'], ...jsonPatchOverrides: Patch[]) =>
  ({ clusterSelector, overrideType: 'JSONPatch', jsonPatchOverrides }) as OverrideRule;
const coloured = (value: string): Patch => ({ op: 'replace', path: '/data/color', value });

/** A ResourceOverride of `settings` in a namespace, for the placement of that name unless `spec` says otherwise. */
function override(
  name: string,
  namespace: string,
  { rules, ...spec }: Partial<OverrideSpec> & { rules: OverrideRule[] },
): Override {
  const { apiVersion, kind } = namespacedOverrides.overrides;
  const whole = {
    placement: { name: namespace },
    resourceSelectors: [isSettings],
    policy: { overrideRules: rules },
  };
  return { apiVersion, kind, metadata: { name, namespace }, spec: { ...whole, ...spec } };
}

function clusterOverride(
  name: string,
  { rules, ...spec }: Partial<OverrideSpec> & { rules: OverrideRule[] },
): Override {
  const { apiVersion, kind } = clusterOverrides.overrides;
  return { apiVersion, kind, metadata: { name }, spec: { policy: { overrideRules: rules }, ...spec } };
}

const namespaceOf = (name: string) => ({ group: '', version: 'v1', kind: 'Namespace', name });
const createOwn = (made: Override) => hub.client.create(namespacedOverrides.overrides, made);
const createForHub = (made: Override) => hub.client.create(clusterOverrides.overrides, made);

/** Resolves when a cluster has `settings` of a namespace with this data. */
const settled = (cluster: Name, namespace: string, data: JsonObject) =>
  eventually(on(cluster), configMaps, { name: 'settings', namespace }, (map) =>
    Object.entries(data).every(([key, value]) => map?.['data'] && Object(map['data'])[key] === value),
  );

const reached = (p: Placement | undefined, type: string, reason: string) =>
  findCondition(p?.status?.conditions, `${p?.kind}${type}`)?.reason === reason;
const overridden = (name: string, reason: string) =>
  eventually(
    hub.client,
    clusterFamily.placements,
    { name },
    (p) =>
      reached(p, 'Overridden', reason) &&
      (reason === 'OverriddenFailed' || reached(p, 'Available', 'ResourceAvailable')),
  );
const statusOf = (p: Placement | undefined, cluster: Name) =>
  p?.status?.placementStatuses?.find(({ clusterName }) => clusterName === cluster);

test('an override changes an object on the clusters that it names, and the placement says which it was', async () => {
  await place('one');
  await createOwn(override('blue', 'one', { rules: [patching(inRegion('us'), coloured('blue'))] }));
  const placed = await overridden('one', 'OverriddenSucceeded');
  await settled('west', 'one', { color: 'blue', size: 'small' });
  await settled('east', 'one', { color: 'red' });
  assert.deepEqual(statusOf(placed, 'west')?.applicableResourceOverrides, [
    { name: 'blue-0', namespace: 'one' },
  ]);
  assert.equal(statusOf(placed, 'east')?.applicableResourceOverrides, undefined);
  const said = (cluster: Name) => findCondition(statusOf(placed, cluster)?.conditions, 'Overridden');
  assert.deepEqual(
    [said('west')?.reason, said('east')?.reason],
    ['OverriddenSucceeded', 'NoOverrideSpecified'],
  );
  assert.equal(said('west')?.message, 'Successfully applied the override rules on the resources');
});

test('an override of the hub changes what it names and everything in a namespace, and one of the namespace wins', async () => {
  await makeNamespace('two');
  await createForHub(
    clusterOverride('all-of-two', {
      placement: { name: 'two' },
      clusterResourceSelectors: [namespaceOf('two')],
      rules: [
        patching(everywhere, { op: 'add', path: '/metadata/labels', value: { by: 'hub' } }),
        patching(inRegion('us'), { op: 'add', path: '/metadata/labels/also', value: 'us' }),
      ],
    }),
  );
  await createOwn(
    override('own', 'two', {
      rules: [patching(inRegion('us'), { op: 'replace', path: '/metadata/labels/by', value: 'two' })],
    }),
  );
  await placeNamespace('two');
  const placed = await overridden('two', 'OverriddenSucceeded');
  const labels = async (cluster: Name) => {
    const map = await on(cluster).get(configMaps, { name: 'settings', namespace: 'two' });
    const space = await on(cluster).get(namespaces, { name: 'two' });
    return [map.metadata.labels, space.metadata.labels?.['by']];
  };
  assert.deepEqual(await labels('west'), [{ by: 'two', also: 'us' }, 'hub']);
  assert.deepEqual(await labels('east'), [{ by: 'hub' }, 'hub']);
  assert.deepEqual(statusOf(placed, 'west')?.applicableClusterResourceOverrides, ['all-of-two-0']);
  assert.deepEqual(statusOf(placed, 'east')?.applicableClusterResourceOverrides, ['all-of-two-0']);
});

test('what an override deletes does not come to the cluster, and what follows changes nothing', async () => {
  const gone: OverrideRule = { clusterSelector: inRegion('us'), overrideType: 'Delete' };
  const rules = [gone, patching(everywhere, coloured('green'))];
  await makeNamespace('three');
  await createOwn(override('gone', 'three', { rules }));
  await placeNamespace('three');
  await overridden('three', 'OverriddenSucceeded');
  await settled('east', 'three', { color: 'green' });
  assert.equal((await on('west').get(namespaces, { name: 'three' })).metadata.name, 'three');
  await assert.rejects(on('west').get(configMaps, { name: 'settings', namespace: 'three' }), /not found/);
});

test('variables stand for the name and the labels of the cluster', async () => {
  const value = `http-\${MEMBER-CLUSTER-NAME}-\${MEMBER-CLUSTER-LABEL-KEY-region}`;
  await place('four');
  await createOwn(override('named', 'four', { rules: [patching(everywhere, coloured(value))] }));
  await settled('east', 'four', { color: 'http-east-eu' });
  await settled('west', 'four', { color: 'http-west-us' });
});

test('a label that a cluster does not have fails the override there until the cluster has it', async () => {
  const value = `\${MEMBER-CLUSTER-LABEL-KEY-example.com/zone}`;
  await place('five');
  await overridden('five', 'NoOverrideSpecified');
  await createOwn(override('zoned', 'five', { rules: [patching(inRegion('us'), coloured(value))] }));
  const failed = await overridden('five', 'OverriddenFailed');
  const said = findCondition(statusOf(failed, 'west')?.conditions, 'Overridden');
  assert.equal(
    said?.message,
    'Failed to apply the override rules on the resources: ResourceOverrideSnapshot "zoned-0" failed to apply on ConfigMap "settings" in namespace "five": label key example.com/zone not found on cluster west',
  );
  assert.equal(
    findCondition(failed?.status?.conditions, 'ClusterResourcePlacementOverridden')?.message,
    'Failed to override resources in 1 cluster(s)',
  );
  await settled('west', 'five', { color: 'red' });
  const body = { metadata: { labels: { 'example.com/zone': 'b' } } };
  await hub.client.patch(memberClusters, { name: 'west' }, { type: 'merge', body });
  await overridden('five', 'OverriddenSucceeded');
  await settled('west', 'five', { color: 'b' });
});

test('a patch of what is not there fails, and the cluster keeps what it had until the override is right', async () => {
  await place('six');
  await overridden('six', 'NoOverrideSpecified');
  const wrong = patching(inRegion('us'), { op: 'replace', path: '/data/taste', value: 'sweet' });
  await createOwn(override('taste', 'six', { rules: [wrong] }));
  const failed = await overridden('six', 'OverriddenFailed');
  assert.match(
    findCondition(statusOf(failed, 'west')?.conditions, 'Overridden')?.message ?? '',
    /ResourceOverrideSnapshot "taste-0" failed to apply on ConfigMap "settings" in namespace "six": replace operation does not apply: doc is missing key: \/data\/taste: missing value$/,
  );
  await settled('west', 'six', { color: 'red' });
  const right = patching(inRegion('us'), { op: 'add', path: '/data/taste', value: 'sweet' });
  const body = { spec: { policy: { overrideRules: [right] } } };
  await hub.client.patch(
    namespacedOverrides.overrides,
    { name: 'taste', namespace: 'six' },
    { type: 'merge', body },
  );
  const placed = await overridden('six', 'OverriddenSucceeded');
  await settled('west', 'six', { taste: 'sweet' });
  assert.deepEqual(statusOf(placed, 'west')?.applicableResourceOverrides, [
    { name: 'taste-1', namespace: 'six' },
  ]);
});

test('an override keeps ten snapshots, of which one is the latest, and takes them along when it goes', async () => {
  await place('seven');
  const target = { name: 'many', namespace: 'seven' };
  const made = await createOwn(override('many', 'seven', { rules: [patching(everywhere, coloured('v0'))] }));
  for (let at = 1; at <= 12; at++) {
    const body = { spec: { policy: { overrideRules: [patching(everywhere, coloured(`v${at}`))] } } };
    await hub.client.patch(namespacedOverrides.overrides, target, { type: 'merge', body });
    await eventually(
      hub.client,
      namespacedOverrides.snapshots,
      { name: `many-${at}`, namespace: 'seven' },
      (snapshot) => snapshot !== undefined,
    );
  }
  const prefix = 'kubernetes-fleet.io/';
  const labelSelector = `${prefix}parent-resource-override=many`;
  const isMarked = ({ metadata }: KubeObject) => metadata.labels?.[`${prefix}is-latest-snapshot`] === 'true';
  const settledDown = await eventuallyAll(
    hub.client,
    namespacedOverrides.snapshots,
    { namespace: 'seven', labelSelector },
    (all) => all.length === 10 && all.filter(isMarked).length === 1,
  );
  const latest = settledDown.find(({ metadata }) => metadata.name === 'many-12');
  assert.deepEqual(latest?.metadata.labels, {
    [`${prefix}is-latest-snapshot`]: 'true',
    [`${prefix}override-index`]: '12',
    [`${prefix}parent-resource-override`]: 'many',
  });
  assert.deepEqual(
    latest?.metadata.ownerReferences?.map(({ kind, name, uid, controller }) => [kind, name, uid, controller]),
    [['ResourceOverride', 'many', made.metadata.uid, true]],
  );
  assert.match(Buffer.from(latest?.spec.overrideHash ?? '', 'base64').toString(), /^[0-9a-f]{64}$/);
  const kept = await hub.client.get(namespacedOverrides.overrides, target);
  assert.deepEqual(kept.metadata.finalizers, [`${prefix}override-cleanup`]);
  await settled('west', 'seven', { color: 'v12' });

  await hub.client.delete(namespacedOverrides.overrides, target);
  await eventuallyAll(
    hub.client,
    namespacedOverrides.snapshots,
    { namespace: 'seven', labelSelector },
    (all) => all.length === 0,
  );
  await settled('west', 'seven', { color: 'red' });
  await overridden('seven', 'NoOverrideSpecified');
});

test('an override for every placement waits for the next rollout, and its end for the one after', async () => {
  const target = { name: 'patient', namespace: 'eight' };
  await place('eight');
  await overridden('eight', 'NoOverrideSpecified');
  const { placement: _, ...forAll } = override('patient', 'eight', {
    rules: [patching(everywhere, coloured('blue'))],
  }).spec;
  const { apiVersion, kind } = namespacedOverrides.overrides;
  await createOwn({ apiVersion, kind, metadata: target, spec: forAll });
  const snapshot = { name: 'patient-0', namespace: 'eight' };
  await eventually(hub.client, namespacedOverrides.snapshots, snapshot, (made) => made !== undefined);
  const still = await hub.client.get(clusterFamily.placements, { name: 'eight' });
  assert.ok(reached(still as Placement, 'Overridden', 'NoOverrideSpecified'));

  const resize = (size: string) =>
    hub.client.patch(
      configMaps,
      { name: 'settings', namespace: 'eight' },
      { type: 'merge', body: { data: { size } } },
    );
  await resize('medium');
  await settled('west', 'eight', { color: 'blue', size: 'medium' });
  await hub.client.delete(namespacedOverrides.overrides, target);
  await eventually(hub.client, namespacedOverrides.snapshots, snapshot, (left) => left === undefined);
  await settled('west', 'eight', { color: 'blue' });
  await resize('large');
  await settled('west', 'eight', { color: 'red', size: 'large' });
  await overridden('eight', 'NoOverrideSpecified');
});

test('overrides reach what lies in envelopes', async () => {
  await makeNamespace('nine');
  const { apiVersion } = clusterFamily.placements;
  const envelopes = defineKind<KubeObject>(apiVersion, 'ResourceEnvelope', 'resourceenvelopes');
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'wrapped', namespace: 'nine' },
    data: { color: 'red' },
  };
  await hub.client.create(envelopes, {
    apiVersion,
    kind: 'ResourceEnvelope',
    metadata: { name: 'parcel', namespace: 'nine' },
    data: { 'map.yaml': map, 'other.yaml': { ...map, metadata: { ...map.metadata, name: 'unwanted' } } },
  });
  const wrapped = { ...isSettings, name: 'wrapped' };
  await createOwn(
    override('inside', 'nine', {
      resourceSelectors: [wrapped],
      rules: [patching(everywhere, coloured('blue'))],
    }),
  );
  const gone: OverrideRule = { clusterSelector: everywhere, overrideType: 'Delete' };
  await createOwn(
    override('none', 'nine', { resourceSelectors: [{ ...isSettings, name: 'unwanted' }], rules: [gone] }),
  );
  await placeNamespace('nine');
  await overridden('nine', 'OverriddenSucceeded');
  const there = await on('west').get(configMaps, { name: 'wrapped', namespace: 'nine' });
  assert.deepEqual(there['data'], { color: 'blue' });
  await assert.rejects(on('west').get(configMaps, { name: 'unwanted', namespace: 'nine' }), /not found/);
});

test('a ResourcePlacement is changed by overrides of its namespace, and the Work tells by which', async () => {
  await makeNamespace('ten');
  for (const name of names) {
    await on(name).create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ten' } });
  }
  const placement = { name: 'ten', scope: 'Namespaced' } as const;
  await createOwn(override('own', 'ten', { placement, rules: [patching(everywhere, coloured('blue'))] }));
  const { apiVersion, kind } = namespacedFamily.placements;
  await hub.client.create(namespacedFamily.placements, {
    apiVersion,
    kind,
    metadata: { name: 'ten', namespace: 'ten' },
    spec: { resourceSelectors: [isSettings] },
  });
  await settled('east', 'ten', { color: 'blue' });
  const [work] = (await hub.client.list(works, { namespace: 'fleet-member-east' })).items.filter(
    ({ metadata }) => metadata.name === 'ten.ten-work',
  );
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const of = (name: string) =>
    work?.metadata.annotations?.[`kubernetes-fleet.io/parent-${name}-snapshot-hash`];
  assert.equal(of('resource-override'), sha256('[{"name":"own-0","namespace":"ten"}]'));
  assert.equal(of('cluster-resource-override'), sha256('null'));
});

test('an override that is written while no controller runs is rolled out by the next ones', async () => {
  await place('eleven');
  await overridden('eleven', 'NoOverrideSpecified');
  await controllers.close();
  await createOwn(override('late', 'eleven', { rules: [patching(everywhere, coloured('blue'))] }));
  controllers = startHub();
  await settled('west', 'eleven', { color: 'blue' });
  await overridden('eleven', 'OverriddenSucceeded');
});
