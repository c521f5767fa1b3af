import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject, OwnerReference } from '../../src/apimachinery/client.ts';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import type { Condition } from '../../src/apimachinery/meta.ts';
import { deployments, replicaSets } from '../../src/controllers/kinds/apps.ts';
import {
  configMaps,
  eventObjects,
  namespaces,
  pods,
  serviceAccounts,
} from '../../src/controllers/kinds/core.ts';
import { eventually, eventuallyAll, startTestCluster, type TestCluster } from './harness.ts';
import { workload } from './manifests.ts';

interface CustomResource extends KubeObject {
  status?: { conditions?: Condition[] };
}
const customResources = defineKind<CustomResource>(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  'Cluster',
);
const widgets = defineKind('example.com/v1', 'Widget', 'widgets');

let cluster: TestCluster;
before(async () => {
  cluster = await startTestCluster();
});
after(() => cluster.close());

const inDefault = (name: string) => ({ namespace: 'default', name });

function ownedBy(owner: KubeObject, rest: Partial<OwnerReference> = {}): OwnerReference {
  const { name = '', uid = '' } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, ...rest };
}

function configMap(
  name: string,
  ownerReferences: OwnerReference[] = [],
  finalizers: string[] = [],
): KubeObject {
  const metadata = { name, namespace: 'default', ownerReferences, finalizers };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

function gone(name: string): Promise<unknown> {
  return eventually(cluster.client, configMaps, inDefault(name), (object) => object === undefined);
}

test('what an object owned goes after it', async () => {
  const owner = await cluster.client.create(configMaps, configMap('owner'));
  const child = await cluster.client.create(configMaps, configMap('child', [ownedBy(owner)]));
  await cluster.client.create(configMaps, configMap('grandchild', [ownedBy(child)]));
  await cluster.client.delete(configMaps, inDefault('owner'), { propagationPolicy: 'Background' });
  await Promise.all([gone('child'), gone('grandchild')]);
});

test('an object with a second owner stays and forgets the first', async () => {
  const first = await cluster.client.create(configMaps, configMap('first-owner'));
  const second = await cluster.client.create(configMaps, configMap('second-owner'));
  await cluster.client.create(configMaps, configMap('shared', [ownedBy(first), ownedBy(second)]));
  await cluster.client.delete(configMaps, inDefault('first-owner'));
  const shared = await eventually(
    cluster.client,
    configMaps,
    inDefault('shared'),
    (object) => object?.metadata.ownerReferences?.length === 1,
  );
  assert.equal(shared?.metadata.ownerReferences?.[0]?.name, 'second-owner');
});

test('foreground: the owner waits until what blocks it has gone', async () => {
  const owner = await cluster.client.create(configMaps, configMap('front'));
  const blocking = ownedBy(owner, { blockOwnerDeletion: true });
  await cluster.client.create(configMaps, configMap('blocking', [blocking], ['example.com/hold']));
  await cluster.client.delete(configMaps, inDefault('front'), { propagationPolicy: 'Foreground' });
  await eventually(
    cluster.client,
    configMaps,
    inDefault('blocking'),
    (object) => object?.metadata.deletionTimestamp !== undefined,
  );
  const held = await cluster.client.get(configMaps, inDefault('front'));
  assert.deepEqual(held.metadata.finalizers, ['foregroundDeletion']);
  const body = { metadata: { finalizers: null } };
  await cluster.client.patch(configMaps, inDefault('blocking'), { type: 'merge', body });
  await Promise.all([gone('blocking'), gone('front')]);
});

test('orphan: what was owned stays and forgets its owner', async () => {
  const owner = await cluster.client.create(configMaps, configMap('parent'));
  await cluster.client.create(configMaps, configMap('orphan', [ownedBy(owner)]));
  await cluster.client.delete(configMaps, inDefault('parent'), { propagationPolicy: 'Orphan' });
  await gone('parent');
  const orphan = await cluster.client.get(configMaps, inDefault('orphan'));
  assert.deepEqual(orphan.metadata.ownerReferences ?? [], []);
});

test('a circle of owners is deleted in the foreground and in the background', async () => {
  for (const propagationPolicy of ['Foreground', 'Background'] as const) {
    const names = ['round-a', 'round-b', 'round-c'];
    const made: KubeObject[] = [];
    for (const name of names) {
      const owners = made.slice(-1).map((owner) => ownedBy(owner, { blockOwnerDeletion: true }));
      made.push(await cluster.client.create(configMaps, configMap(name, owners)));
    }
    const [first, , last] = made;
    assert.ok(first && last);
    const body = { metadata: { ownerReferences: [ownedBy(last, { blockOwnerDeletion: true })] } };
    await cluster.client.patch(configMaps, inDefault('round-a'), { type: 'merge', body });
    await cluster.client.delete(configMaps, inDefault('round-a'), { propagationPolicy });
    await Promise.all(names.map(gone));
  }
});

test('an owner in another namespace holds nothing, and an event says so', async () => {
  await cluster.client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'abroad' },
  });
  const abroad = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner', namespace: 'abroad' } };
  const owner = await cluster.client.create(configMaps, abroad);
  const near = await cluster.client.create(configMaps, configMap('near'));
  const dependent = await cluster.client.create(configMaps, configMap('far-owned', [ownedBy(owner)]));
  await cluster.client.create(configMaps, configMap('half-owned', [ownedBy(owner), ownedBy(near)]));
  await gone('far-owned');
  const half = await eventually(
    cluster.client,
    configMaps,
    inDefault('half-owned'),
    (object) => object?.metadata.ownerReferences?.length === 1,
  );
  assert.equal(half?.metadata.ownerReferences?.[0]?.name, 'near');
  const told = await eventuallyAll(
    cluster.client,
    eventObjects,
    { fieldSelector: 'involvedObject.name=far-owned' },
    (all) => all.length > 0,
  );
  assert.deepEqual(
    [told[0]?.reason, told[0]?.type, told[0]?.message],
    [
      'OwnerRefInvalidNamespace',
      'Warning',
      `ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: ${owner.metadata.uid}] does not exist in namespace "default"`,
    ],
  );
  assert.equal(told[0]?.involvedObject.uid, dependent.metadata.uid);
});

test('an object whose owner never was goes', async () => {
  const reference = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'nobody',
    uid: 'b0a9c5a2-0000-4000-8000-000000000000',
  };
  await cluster.client.create(configMaps, configMap('abandoned', [reference]));
  await gone('abandoned');
});

test('custom kinds own and are owned as soon as they are served', async () => {
  await cluster.client.create(customResources, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
      scope: 'Namespaced',
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  });
  await eventually(
    cluster.client,
    customResources,
    { name: 'widgets.example.com' },
    (crd) => findCondition(crd?.status?.conditions, 'Established')?.status === 'True',
  );
  const widget = await cluster.client.create(widgets, {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'widget', namespace: 'default' },
  });
  await cluster.client.create(configMaps, configMap('of-widget', [ownedBy(widget)]));
  await cluster.client.delete(widgets, inDefault('widget'));
  await gone('of-widget');
});

test('kubectl delete --cascade=orphan leaves replica sets and pods, and a new deployment takes them over', async () => {
  const { kubectl } = await cluster.listen();
  const manifest = workload('apps/v1', 'Deployment', { name: 'kept', replicas: 2 });
  await cluster.client.create(deployments, manifest);
  await eventually(cluster.client, deployments, inDefault('kept'), (d) => d?.status?.availableReplicas === 2);
  const select = { namespace: 'default', labelSelector: 'app=kept' };
  const before = await cluster.client.list(pods, select);
  await kubectl('delete', 'deployment', 'kept', '--cascade=orphan');
  const created = await cluster.client.create(deployments, manifest);
  const [set] = await eventuallyAll(
    cluster.client,
    replicaSets,
    select,
    ([first]) => first?.metadata.ownerReferences?.[0]?.uid === created.metadata.uid,
  );
  assert.ok(set);
  const after = await cluster.client.list(pods, select);
  const uids = (list: typeof after) => list.items.map(({ metadata }) => metadata.uid).sort();
  assert.deepEqual(uids(after), uids(before));
});

test('a namespace is made usable, and deleted with everything in it', async () => {
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'space' } };
  await cluster.client.create(namespaces, space);
  await eventually(
    cluster.client,
    serviceAccounts,
    { namespace: 'space', name: 'default' },
    (a) => a !== undefined,
  );
  await eventually(
    cluster.client,
    configMaps,
    { namespace: 'space', name: 'kube-root-ca.crt' },
    (m) => m !== undefined,
  );
  await cluster.client.create(
    deployments,
    workload('apps/v1', 'Deployment', { name: 'web', namespace: 'space', replicas: 3 }),
  );
  await eventually(
    cluster.client,
    deployments,
    { namespace: 'space', name: 'web' },
    (d) => d?.status?.availableReplicas === 3,
  );
  await cluster.client.delete(namespaces, { name: 'space' });
  await eventually(cluster.client, namespaces, { name: 'space' }, (n) => n === undefined);
  const left = await cluster.client.list(pods, { namespace: 'space' });
  assert.equal(left.items.length, 0);
});

test('a namespace that cannot go says what is left in it', async () => {
  await cluster.client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'stuck' },
  });
  const held = configMap('held', [], ['example.com/hold']);
  await cluster.client.create(configMaps, { ...held, metadata: { ...held.metadata, namespace: 'stuck' } });
  await cluster.client.delete(namespaces, { name: 'stuck' });
  const stuck = await eventually(
    cluster.client,
    namespaces,
    { name: 'stuck' },
    (n) => findCondition(n?.status?.conditions, 'NamespaceFinalizersRemaining')?.status === 'True',
  );
  const { conditions } = stuck?.status ?? {};
  assert.equal(
    findCondition(conditions, 'NamespaceContentRemaining')?.message,
    'Some resources are remaining: configmaps. has 1 resource instances',
  );
  assert.equal(
    findCondition(conditions, 'NamespaceFinalizersRemaining')?.message,
    'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  );
  const body = { metadata: { finalizers: null } };
  await cluster.client.patch(configMaps, { namespace: 'stuck', name: 'held' }, { type: 'merge', body });
  await eventually(cluster.client, namespaces, { name: 'stuck' }, (n) => n === undefined);
});

test('foreground: a dependent with a second owner lets the first one go', async () => {
  const first = await cluster.client.create(configMaps, configMap('front-first'));
  const second = await cluster.client.create(configMaps, configMap('front-second'));
  const owners = [ownedBy(first, { blockOwnerDeletion: true }), ownedBy(second)];
  await cluster.client.create(configMaps, configMap('front-shared', owners));
  await cluster.client.delete(configMaps, inDefault('front-first'), { propagationPolicy: 'Foreground' });
  await gone('front-first');
  const shared = await cluster.client.get(configMaps, inDefault('front-shared'));
  assert.deepEqual(
    shared.metadata.ownerReferences?.map(({ name }) => name),
    ['front-second'],
  );
});

const gadgets = defineKind('versions.example.com/v1beta1', 'Gadget', 'gadgets');

/** Gadgets are served in v1beta1 alone, while their group prefers v1 for the sake of another kind. */
async function serveInTwoVersions(): Promise<void> {
  const group = 'versions.example.com';
  const serve = async (kind: string, version: string) => {
    const plural = `${kind.toLowerCase()}s`;
    const schema = {
      openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    };
    await cluster.client.create(customResources, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
        scope: 'Namespaced',
        versions: [{ name: version, served: true, storage: true, schema }],
      },
    });
    const isServed = (crd: CustomResource | undefined) =>
      findCondition(crd?.status?.conditions, 'Established')?.status === 'True';
    await eventually(cluster.client, customResources, { name: `${plural}.${group}` }, isServed);
  };
  await serve('Gizmo', 'v1');
  await serve('Gadget', 'v1beta1');
}

function gadget(name: string, namespace: string, finalizers: string[] = []): KubeObject {
  return { apiVersion: gadgets.apiVersion, kind: 'Gadget', metadata: { name, namespace, finalizers } };
}

test('a kind served only in a version that is not preferred owns, and holds its namespace', async () => {
  await serveInTwoVersions();
  const owner = await cluster.client.create(gadgets, gadget('owner', 'default'));
  await cluster.client.create(configMaps, configMap('of-gadget', [ownedBy(owner)]));
  await cluster.client.delete(gadgets, inDefault('owner'));
  await gone('of-gadget');
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gadgets' } };
  await cluster.client.create(namespaces, space);
  await cluster.client.create(gadgets, gadget('free', 'gadgets'));
  await cluster.client.create(gadgets, gadget('held', 'gadgets', ['example.com/hold']));
  await cluster.client.delete(namespaces, { name: 'gadgets' });
  const inGadgets = { namespace: 'gadgets' };
  await eventuallyAll(cluster.client, gadgets, inGadgets, (left) => left.length === 1);
  const stuck = await eventually(
    cluster.client,
    namespaces,
    { name: 'gadgets' },
    (n) => findCondition(n?.status?.conditions, 'NamespaceContentRemaining')?.status === 'True',
  );
  assert.match(
    findCondition(stuck?.status?.conditions, 'NamespaceContentRemaining')?.message ?? '',
    /gadgets.versions.example.com has 1 resource instances/,
  );
  const body = { metadata: { finalizers: null } };
  await cluster.client.patch(gadgets, { name: 'held', ...inGadgets }, { type: 'merge', body });
  await eventually(cluster.client, namespaces, { name: 'gadgets' }, (n) => n === undefined);
});

test('what only a webhook could convert is emptied and collected all the same, in whatever version it lies', async () => {
  const version = (name: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  });
  const definition: KubeObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'relics.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'relics', kind: 'Relic' },
      conversion: {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://h.example.com/c' } },
      },
      versions: [version('v1', true), version('v2', false)],
    },
  };
  const { client } = cluster;
  await client.create(customResources, definition);
  const old = defineKind('example.com/v1', 'Relic', 'relics');
  const late = defineKind('example.com/v2', 'Relic', 'relics');
  const inAnyVersion = { ...old, ofMetadataAlone: true };
  for (const namespace of ['ruin', 'museum']) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  }
  const relic = (apiVersion: string, name: string, metadata: KubeObject['metadata'] = {}): KubeObject => ({
    apiVersion,
    kind: 'Relic',
    metadata: { name, namespace: 'ruin', ...metadata },
    spec: { kept: name },
  });
  const owner = await client.create(configMaps, {
    ...configMap('keeper'),
    metadata: { name: 'keeper', namespace: 'museum' },
  });
  const ownerReferences = [ownedBy(owner)];
  await client.create(old, relic('example.com/v1', 'a'));
  await client.create(old, relic('example.com/v1', 'held', { finalizers: ['example.com/hold'] }));
  await client.create(old, relic('example.com/v1', 'owned', { namespace: 'museum', ownerReferences }));
  const versions = [version('v1', false), version('v2', true)];
  const place = { name: 'relics.example.com' };
  await client.patch(customResources, place, { type: 'merge', body: { spec: { versions } } });
  await client.create(late, relic('example.com/v2', 'b'));

  await client.delete(configMaps, { namespace: 'museum', name: 'keeper' });
  await eventually(
    client,
    inAnyVersion,
    { namespace: 'museum', name: 'owned' },
    (found) => found === undefined,
  );
  await client.delete(namespaces, { name: 'ruin' });
  const held = await eventually(client, inAnyVersion, { namespace: 'ruin', name: 'held' }, (found) =>
    Boolean(found?.metadata.deletionTimestamp),
  );
  assert.deepEqual([held?.apiVersion, held?.['spec']], ['example.com/v1', { kept: 'held' }]);
  const back = { spec: { versions: [version('v1', true), version('v2', false)] } };
  await client.patch(customResources, place, { type: 'merge', body: back });
  await client.patch(
    old,
    { namespace: 'ruin', name: 'held' },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
  await eventually(client, namespaces, { name: 'ruin' }, (found) => found === undefined);
});
