import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { findCondition, isCurrent } from '../../src/apimachinery/conditions.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import { tokenAuthenticator } from '../../src/apiserver/index.ts';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { memberCustomResources, startHubControllers, startMemberAgent } from '../../src/controllers/index.ts';
import { deployments } from '../../src/controllers/kinds/apps.ts';
import { type ConfigMap, configMaps, namespaces } from '../../src/controllers/kinds/core.ts';
import {
  clusterProfiles,
  internalMemberClusters,
  type MemberCluster,
  memberClusters,
} from '../../src/controllers/kinds/fleet.ts';
import {
  appliedWorks,
  clusterFamily,
  namespacedFamily,
  namespacedOverrides,
  type Placement,
  type ResourceSelector,
  works,
} from '../../src/controllers/kinds/placement.ts';
import { roleBindings, roles } from '../../src/controllers/kinds/rbac.ts';
import { users } from '../apiserver/harness.ts';
import {
  eventually,
  eventuallyAll,
  installFleetKinds,
  pool,
  startTestCluster,
  type TestCluster,
  testLog,
} from '../controllers/harness.ts';
import { workload } from '../controllers/manifests.ts';
import { startGoHubAgent, startGoMemberAgent } from './go-agents.ts';

const memberName = 'far';
const agent = { username: 'agent-of-far', uid: '', groups: ['system:authenticated'], extra: {} };
const agentToken = 'token-of-far';
const surroundings = { clock: systemClock, random: systemRandom, log: testLog };
const customResources = defineKind(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  'Cluster',
);

const authenticators = [tokenAuthenticator(new Map([...users, [agentToken, agent]]))];

type Side = 'Go' | 'our';
interface Fleet {
  readonly hub: TestCluster;
  readonly member: TestCluster;
}
type Stopping = { close(): Promise<void>; printed?: () => string };

async function startHub(side: Side): Promise<{ hub: TestCluster; controllers: Stopping }> {
  const hub = await startTestCluster({ profile: 'hub', authenticators });
  await installFleetKinds(hub.client);
  if (side === 'our') {
    const snapshotDelays = { collectMs: 0, intervalMs: 0 };
    return { hub, controllers: startHubControllers({ ...surroundings, hub: hub.client, snapshotDelays }) };
  }
  const metadata = { name: 'fleet-system' };
  await hub.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  return { hub, controllers: startGoHubAgent(await hub.listen()) };
}

async function startMember(side: Side, hub: TestCluster): Promise<{ member: TestCluster; agent: Stopping }> {
  const sizes = { labels: { 'beta.kubernetes.io/instance-type': 'Standard_D4s_v3' } };
  const member = await startTestCluster({ nodes: [pool('nodepool1', ['node-1', 'node-2'], sizes)] });
  for (const definition of memberCustomResources()) await member.client.create(customResources, definition);
  if (side === 'our') {
    const parts = { hub: hub.clientAs(agent), member: member.client, memberName };
    return { member, agent: startMemberAgent({ ...surroundings, ...parts }) };
  }
  const endpoints = { hub: await hub.listen(), member: await member.listen() };
  return { member, agent: startGoMemberAgent({ ...endpoints, hubToken: agentToken, memberName }) };
}

function settled(placement: Placement | undefined): boolean {
  const said = (type: string) =>
    isCurrent(
      findCondition(placement?.status?.conditions, `${placement?.kind}${type}`),
      placement?.metadata.generation,
      'True',
    );
  return said('Scheduled') && said('Applied') && said('Available');
}

async function join(hub: TestCluster, name = memberName): Promise<MemberCluster> {
  await hub.client.create(memberClusters, {
    apiVersion: memberClusters.apiVersion,
    kind: memberClusters.kind,
    metadata: { name },
    spec: { identity: { kind: 'User', name: agent.username }, heartbeatPeriodSeconds: 1 },
  });
  const joined = await eventually(
    hub.client,
    memberClusters,
    { name },
    (it) =>
      isCurrent(findCondition(it?.status?.conditions, 'Joined'), it?.metadata.generation, 'True') &&
      // The first report of some agents comes before they have seen their cluster.
      it?.status?.properties?.['kubernetes-fleet.io/node-count']?.value === '2' &&
      Object.keys(it.status.namespaces ?? {}).length >= 4,
  );
  assert.ok(joined);
  return joined;
}

async function place(hub: TestCluster, selector: ResourceSelector): Promise<void> {
  const { apiVersion, kind } = clusterFamily.placements;
  await hub.client.create(clusterFamily.placements, {
    ...{ apiVersion, kind, metadata: { name: selector.name ?? '' } },
    spec: { resourceSelectors: [selector], policy: { placementType: 'PickAll' } },
  });
  await eventually(hub.client, clusterFamily.placements, { name: selector.name ?? '' }, settled);
}

const space = (name: string): ResourceSelector => ({ group: '', version: 'v1', kind: 'Namespace', name });
const map = (namespace: string, color: string): ConfigMap => ({
  ...named('v1', 'ConfigMap', { name: 'settings', namespace }),
  data: { color },
});
const colored = (color: string) => (it: ConfigMap | undefined) => it?.data?.['color'] === color;

/** A namespace with what is in it comes, changes and grows on the member. */
async function placesNamespace({ hub, member }: Fleet): Promise<void> {
  await hub.client.create(namespaces, named('v1', 'Namespace', { name: 'shop' }));
  await hub.client.create(configMaps, map('shop', 'red'));
  await place(hub, space('shop'));
  const settings = { name: 'settings', namespace: 'shop' };
  await eventually(member.client, configMaps, settings, colored('red'));
  await hub.client.patch(configMaps, settings, { type: 'merge', body: { data: { color: 'blue' } } });
  await eventually(member.client, configMaps, settings, colored('blue'));
  const web = { name: 'web', namespace: 'shop' };
  await hub.client.create(deployments, workload('apps/v1', 'Deployment', { ...web, replicas: 2 }));
  await eventually(member.client, deployments, web, (it) => it?.status?.availableReplicas === 2);
  await eventually(
    hub.client,
    clusterFamily.placements,
    { name: 'shop' },
    (it) => settled(it) && it?.status?.selectedResources?.length === 3,
  );
}

/** What is placed in a namespace goes where that is, changed by an override, and is put right when somebody changes it there. */
async function placesInNamespace({ hub, member }: Fleet): Promise<void> {
  await hub.client.create(namespaces, named('v1', 'Namespace', { name: 'team' }));
  await hub.client.create(configMaps, map('team', 'red'));
  const { overrides } = namespacedOverrides;
  await hub.client.create(overrides, {
    ...named(overrides.apiVersion, overrides.kind, { name: 'green', namespace: 'team' }),
    spec: {
      resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }],
      policy: {
        overrideRules: [
          {
            clusterSelector: { clusterSelectorTerms: [] },
            jsonPatchOverrides: [{ op: 'replace', path: '/data/color', value: 'green' }],
          },
        ],
      },
    },
  });
  await place(hub, { ...space('team'), selectionScope: 'NamespaceOnly' });
  const { apiVersion, kind } = namespacedFamily.placements;
  const own = { name: 'own', namespace: 'team' };
  await hub.client.create(namespacedFamily.placements, {
    ...{ apiVersion, kind, metadata: own },
    spec: {
      resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }],
      policy: { placementType: 'PickAll' },
      // The Go agent writes it when it writes a finalizer, which makes another generation.
      strategy: { type: 'RollingUpdate' },
    },
  });
  await eventually(
    hub.client,
    namespacedFamily.placements,
    own,
    (it) => settled(it) && it?.status?.placementStatuses?.length === 1,
  );
  await eventually(member.client, configMaps, { name: 'settings', namespace: 'team' }, colored('green'));
}

async function takesAway({ hub, member }: Fleet): Promise<void> {
  await hub.client.delete(namespacedFamily.placements, { name: 'own', namespace: 'team' });
  await eventually(
    member.client,
    configMaps,
    { name: 'settings', namespace: 'team' },
    (it) => it === undefined,
  );
  for (const name of ['shop', 'team']) {
    await hub.client.delete(clusterFamily.placements, { name });
    await eventually(member.client, namespaces, { name }, (it) => it === undefined);
  }
  await eventuallyAll(hub.client, clusterFamily.bindings, {}, (left) => left.length === 0);
  await eventuallyAll(member.client, appliedWorks, {}, (left) => left.length === 0);
  await hub.client.delete(memberClusters, { name: memberName });
  await eventually(hub.client, memberClusters, { name: memberName }, (it) => it === undefined);
}

function named(
  apiVersion: string,
  kind: string,
  metadata: { readonly name: string; readonly namespace?: string },
): KubeObject {
  return { apiVersion, kind, metadata: { ...metadata } };
}

for (const [hubSide, memberSide] of [
  ['Go', 'our'],
  ['our', 'Go'],
  ['Go', 'Go'],
] as const) {
  test(`a placement goes once around: ${hubSide} hub agent, ${memberSide} member agent`, async (t: TestContext) => {
    const { hub, controllers } = await startHub(hubSide);
    t.after(() => hub.close());
    t.after(() => controllers.close());
    const { member, agent: memberAgent } = await startMember(memberSide, hub);
    t.after(() => member.close());
    t.after(() => memberAgent.close());
    try {
      await join(hub);
      await placesNamespace({ hub, member });
      await placesInNamespace({ hub, member });
      await takesAway({ hub, member });
    } catch (thrown) {
      for (const { printed } of [controllers, memberAgent]) t.diagnostic(printed?.() ?? '');
      throw thrown;
    }
  });
}

test('both member agents tell the same of the same cluster', async (t) => {
  const told = [];
  for (const side of ['Go', 'our'] as const) {
    const { hub, controllers } = await startHub('our');
    t.after(() => hub.close());
    t.after(() => controllers.close());
    const { member, agent: memberAgent } = await startMember(side, hub);
    t.after(() => member.close());
    t.after(() => memberAgent.close());
    const { status } = await join(hub);
    told.push({
      // When something was seen is another matter.
      properties: Object.entries(status?.properties ?? {})
        .map(([name, { value }]) => `${name}: ${value}`)
        .filter((line) => !line.startsWith('k8s.io/cluster-certificate-authority-data'))
        .sort(),
      usage: { ...status?.resourceUsage, observationTime: '' },
      namespaces: status?.namespaces,
      conditions: (status?.conditions ?? [])
        .map((one) => `${one.type}=${one.status} ${one.reason}: ${one.message}`)
        .sort(),
      agent: status?.agentStatus?.map(({ type, conditions = [] }) => [
        type,
        ...conditions.map((one) => `${one.type}=${one.status} ${one.reason}: ${one.message}`).sort(),
      ]),
    });
  }
  assert.deepEqual(told[1], told[0]);
});

test('both hub agents make the same of the same fleet', async (t) => {
  const made = [];
  for (const side of ['Go', 'our'] as const) {
    const { hub, controllers } = await startHub(side);
    t.after(() => hub.close());
    t.after(() => controllers.close());
    const { member, agent: memberAgent } = await startMember('our', hub);
    t.after(() => member.close());
    t.after(() => memberAgent.close());
    await join(hub);
    await placesNamespace({ hub, member });
    await placesInNamespace({ hub, member });
    const kinds = [
      ...[memberClusters, internalMemberClusters, clusterProfiles, works],
      ...[clusterFamily, namespacedFamily].flatMap((family) => Object.values(family)),
      ...[namespacedOverrides.overrides, namespacedOverrides.snapshots, roles, roleBindings],
    ];
    const all: Record<string, unknown> = {};
    for (const kind of kinds) {
      const { items } = await hub.client.list(kind);
      all[kind.kind] = items
        .filter(({ metadata }) => metadata.namespace?.startsWith('kube-') !== true)
        .map(told)
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    }
    made.push(all);
  }
  const [go = {}, our = {}] = made;
  for (const kind of Object.keys(go)) {
    await t.test(kind, () => assert.deepEqual(our[kind], go[kind]));
  }
});

/** What differs from run to run, by the names of its members. */
const passing =
  /^(uid|resourceVersion|creationTimestamp|managedFields|generation|observedGeneration|lastTransitionTime|lastReceivedHeartbeat|observationTime|lastObservedTime|policyHash|overrideHash|resourceUsage)$/;

/** An object without what differs from run to run; chance in names, hashes and times are taken out. */
function told(object: KubeObject): unknown {
  return JSON.parse(
    JSON.stringify(object, (key, value: unknown) => (passing.test(key) ? undefined : value))
      .replaceAll(/-[0-9a-f]{8}(?=")/g, '-CHANCE')
      .replaceAll(/"[0-9a-f]{64}"/g, '"HASH"')
      .replaceAll(/\d{4}-\d\d-\d\dT[0-9:.]+Z/g, 'TIME'),
  );
}
