import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClusterClient, KubeObject, Patch } from '../../src/apimachinery/client.ts';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { defineKind, typedClient } from '../../src/apimachinery/kinds.ts';
import { objectsAt } from '../../src/apimachinery/read.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { systemClock, systemRandom } from '../../src/base/index.ts';

import { deployments } from '../../src/controllers/kinds/apps.ts';
import { configMaps, namespaces, services } from '../../src/controllers/kinds/core.ts';
import { lastAppliedAnnotation } from '../../src/controllers/kinds/fleet-names.ts';
import {
  type ApplyStrategy,
  appliedWorks,
  type ManifestCondition,
  type Work,
  works,
} from '../../src/controllers/kinds/placement.ts';
import { ServedKinds } from '../../src/controllers/shared/discovery.ts';
import type { WorkApplierContext } from '../../src/controllers/work-applier/context.ts';
import { createPace } from '../../src/controllers/work-applier/pace.ts';
import { reconcileWork } from '../../src/controllers/work-applier/reconcile.ts';
import { manifestHash } from '../../src/controllers/work-applier/sanitize.ts';
import { Informer } from '../../src/reconcile/index.ts';
import { startTestServer, type TestServer } from '../apiserver/harness.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { installFleetKinds, installMemberKinds, testLog } from './harness.ts';

const secrets = defineKind('v1', 'Secret', 'secrets');
const namespace = 'fleet-member-east';
const clock = new ManualClock();
const stop = new AbortController();

let hub: TestServer;
let member: TestServer;
let context: WorkApplierContext;
/** What the applier wrote, e.g. `patch configmaps/c`, reads and dry runs left out. */
let written: string[] = [];

before(async () => {
  hub = await startTestServer();
  member = await startTestServer();
  await installFleetKinds(hub.client);
  await installMemberKinds(member.client);
  await hub.client.create(namespaces, named('v1', 'Namespace', namespace));
  await member.client.create(namespaces, named('v1', 'Namespace', 'app'));
  const [hubClient, memberClient] = [hub.client, member.client].map(noting);
  assert.ok(hubClient && memberClient);
  context = {
    hub: typedClient(hubClient),
    member: typedClient(memberClient),
    memberName: 'east',
    works: new Informer({
      client: hub.client,
      kind: works,
      select: { namespace },
      clock: systemClock,
      log: testLog,
    }),
    appliedWorks: new Informer({
      client: member.client,
      kind: appliedWorks,
      clock: systemClock,
      log: testLog,
    }),
    served: new ServedKinds(member.client),
    pace: createPace(),
    membership: { isJoined: true, uid: 'membership' },
    clock,
    random: systemRandom,
    log: testLog,
    signal: stop.signal,
  };
  await Promise.all([context.works.synced, context.appliedWorks.synced]);
});
after(async () => {
  stop.abort();
  context.works.close();
  context.appliedWorks.close();
  await hub.close();
  await member.close();
});

/** The client, and what it writes in `written`. */
function noting(client: ClusterClient): ClusterClient {
  return new Proxy(client, {
    get(target, verb: keyof ClusterClient) {
      const own = target[verb];
      if (!['create', 'update', 'patch', 'delete'].includes(verb)) return own.bind(target);
      return (...sent: [{ resource: string }, KubeObject, ...unknown[]]) => {
        const isDry = JSON.stringify(sent.slice(2)).includes('"dryRun":true');
        const { metadata, name } = sent[1];
        if (!isDry) written.push(`${verb} ${sent[0].resource}/${metadata?.name ?? name}`);
        return Reflect.apply(own, target, sent);
      };
    },
  });
}

function named(apiVersion: string, kind: string, name: string, rest: JsonObject = {}): KubeObject {
  return { apiVersion, kind, metadata: { name }, ...rest };
}

function configMap(name: string, data: JsonObject, metadata: JsonObject = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'app', ...metadata }, data };
}

interface Content {
  readonly strategy?: ApplyStrategy;
  readonly rest?: Partial<Work['spec']>;
}

/** Writes the Work as the hub would, and goes over it once. */
async function apply(name: string, manifests: KubeObject[], { strategy, rest }: Content = {}): Promise<Work> {
  const known = await context.hub.find(works, { name, namespace });
  const spec = { workload: { manifests }, ...(strategy ? { applyStrategy: strategy } : {}), ...rest };
  const work: Work = { apiVersion: works.apiVersion, kind: works.kind, metadata: { name, namespace }, spec };
  const stored = known
    ? await hub.client.update(works, { ...known, spec })
    : await hub.client.create(works, work);
  context.works.observe({ ...work, ...stored });
  return pass(name);
}

/** One more pass over the Work as it is; afterwards `written` has what this pass wrote. */
async function pass(name: string): Promise<Work> {
  context.works.observe(await context.hub.get(works, { name, namespace }));
  written = [];
  await reconcileWork(`${namespace}/${name}`, context);
  return context.hub.get(works, { name, namespace });
}

function saidOf(work: Work, at = 0): ManifestCondition {
  const said = work.status?.manifestConditions?.[at];
  assert.ok(said);
  return said;
}

/** `True Applied`, `False FoundDrifts`, ... */
function verdict({ conditions }: Pick<ManifestCondition, 'conditions'>, type = 'Applied'): string {
  const condition = findCondition(conditions, type);
  return `${condition?.status} ${condition?.reason}`;
}

function messageOf(manifest: ManifestCondition, type = 'Applied'): string | undefined {
  return findCondition(manifest.conditions, type)?.message;
}

const onMember = (name: string) => context.member.get(configMaps, { name, namespace: 'app' });

function change(name: string, body: JsonObject): Promise<KubeObject> {
  const patch: Patch = { type: 'merge', body };
  return member.client.patch(configMaps, { name, namespace: 'app' }, patch, { fieldManager: 'somebody' });
}

test('a pass with nothing to do writes nothing, on the hub and on the member', async () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'idle', namespace: 'app' },
    spec: {
      selector: { app: 'x' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'tcp', port: 53 },
      ],
    },
  };
  for (const type of ['ClientSideApply', 'ServerSideApply'] as const) {
    const manifests = [configMap(`idle-${type.toLowerCase()}`, { a: '1' }), service];
    const work = await apply('idle', manifests, { strategy: { type } });
    assert.equal(
      verdict({ conditions: work.status?.conditions ?? [] }, 'Available'),
      'True AllManifestsAvailable',
    );
    const before = await onMember(manifests[0]?.metadata.name ?? '');
    await pass('idle');
    clock.advance(60_000);
    const again = await pass('idle');
    assert.deepEqual(
      written.filter((call) => type === 'ClientSideApply' || !call.startsWith('patch ')),
      [],
    );
    assert.equal(again.metadata.resourceVersion, work.metadata.resourceVersion);
    assert.deepEqual(await onMember(manifests[0]?.metadata.name ?? ''), before);
  }
});

test('a field that left the manifest goes, what others added stays, and the annotation says what was applied', async () => {
  await apply('merged', [configMap('merged', { a: '1', b: '2' }, { labels: { own: 'x', old: 'y' } })]);
  await change('merged', { data: { theirs: '3' }, metadata: { labels: { theirs: 'z' } } });
  await apply('merged', [configMap('merged', { a: '4' }, { labels: { own: 'x' } })]);
  const { metadata, data } = await onMember('merged');
  assert.deepEqual(data, { a: '4', theirs: '3' });
  assert.deepEqual(metadata.labels, { own: 'x', theirs: 'z' });
  const noted = JSON.parse(metadata.annotations?.[lastAppliedAnnotation] ?? '');
  assert.deepEqual(noted.data, { a: '4' });
  assert.deepEqual(
    metadata.ownerReferences?.map(({ kind, name, blockOwnerDeletion, controller }) => [
      kind,
      name,
      blockOwnerDeletion,
      controller,
    ]),
    [['AppliedWork', 'merged', true, undefined]],
  );
});

test('a container that an injector put into a Deployment stays, and replicas that nobody manages are left alone', async () => {
  const deployment = (image: string): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'app' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
    },
  });
  await apply('injected', [deployment('web:1')]);
  const sidecar = {
    spec: { template: { spec: { containers: [{ name: 'proxy', image: 'proxy:1' }] } }, replicas: 3 },
  };
  const ref = { name: 'web', namespace: 'app' };
  await member.client.patch(deployments, ref, { type: 'strategic', body: sidecar });
  await apply('injected', [deployment('web:2')]);
  const live = await context.member.get(deployments, ref);
  const containers = objectsAt(live, 'spec', 'template', 'spec', 'containers');
  assert.deepEqual(containers.map(({ name, image }) => `${name}=${image}`).sort(), [
    'proxy=proxy:1',
    'web=web:2',
  ]);
  assert.equal(live.spec.replicas, 3);
});

test('a custom resource and its definition in one Work are both there after the second pass, merged as JSON', async () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'tests.example.com' },
    spec: {
      group: 'example.com',
      names: { kind: 'Test', plural: 'tests', singular: 'test' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
  const custom = (spec: JsonObject) => ({
    apiVersion: 'example.com/v1',
    kind: 'Test',
    metadata: { name: 't', namespace: 'app' },
    spec,
  });
  const first = await apply('custom', [definition, custom({ list: [1, 2], gone: true })]);
  assert.equal(verdict(saidOf(first, 1)), 'False DecodingErred');
  assert.equal(
    messageOf(saidOf(first, 1)),
    'Failed to apply the manifest (error: failed to decode manifest: failed to find GVR from member cluster client REST mapping: no matches for kind "Test" in version "example.com/v1")',
  );
  const second = await pass('custom');
  assert.deepEqual(
    [0, 1].map((at) => verdict(saidOf(second, at))),
    ['True Applied', 'True Applied'],
  );
  const tests = defineKind('example.com/v1', 'Test', 'tests');
  const ref = { name: 't', namespace: 'app' };
  await member.client.patch(tests, ref, {
    type: 'merge',
    body: { spec: { theirs: null, kept: { x: null, y: 1 } } },
  });
  await apply('custom', [definition, custom({ list: [2] })]);
  const live = await member.client.get(tests, ref);
  assert.deepEqual(live['spec'], { list: [2], kept: { y: 1 } });
});

test('a manifest too large for its annotation is applied on the server, and later changes still take fields away', async () => {
  const large = 'x'.repeat(200 * 1024);
  const work = await apply('large', [configMap('large', { large, more: large, gone: '1' })]);
  assert.equal(verdict(saidOf(work)), 'True Applied');
  assert.equal((await onMember('large')).metadata.annotations?.[lastAppliedAnnotation], '');
  await pass('large');
  const changed = await apply('large', [configMap('large', { large, more: `${large}!` })]);
  assert.equal(verdict(saidOf(changed)), 'True Applied');
  const { data = {} } = await onMember('large');
  assert.deepEqual(Object.keys(data), ['large', 'more']);
  assert.equal(data['more']?.length, large.length + 1);
});

test('server-side apply leaves fields of others alone, says whose they are, and takes them when it is told to', async () => {
  const strategy: ApplyStrategy = { type: 'ServerSideApply' };
  await apply('conflict', [configMap('conflict', { a: '1' })], { strategy });
  await change('conflict', { data: { a: '2' } });
  const refused = await apply('conflict', [configMap('conflict', { a: '3' })], { strategy });
  assert.equal(verdict(saidOf(refused)), 'False ManifestApplyFailed');
  assert.match(
    messageOf(saidOf(refused)) ?? '',
    /^Failed to apply the manifest \(error: failed to apply the manifest: failed to apply the manifest object: an error is returned by the API server: Apply failed with 1 conflict: conflict with "somebody"/,
  );
  assert.equal((await onMember('conflict')).data?.['a'], '2');
  const forced = { ...strategy, serverSideApplyConfig: { force: true } };
  const taken = await apply('conflict', [configMap('conflict', { a: '3' })], { strategy: forced });
  assert.equal(verdict(saidOf(taken)), 'True Applied');
  assert.equal((await onMember('conflict')).data?.['a'], '3');
});

test('a change from client-side to server-side apply is no conflict with ourselves, whoever else has fields', async () => {
  await apply('switched', [configMap('switched', { a: '1' })]);
  await change('switched', { data: { theirs: 'x' } });
  const work = await apply('switched', [configMap('switched', { a: '2' })], {
    strategy: { type: 'ServerSideApply' },
  });
  assert.equal(verdict(saidOf(work)), 'True Applied');
  assert.deepEqual((await onMember('switched')).data, { a: '2', theirs: 'x' });
});

test('a drift stops IfNotDrifted and is told with both values and when it was first seen; a change on the hub goes through', async () => {
  const strategy: ApplyStrategy = { whenToApply: 'IfNotDrifted' };
  await apply('drifted', [configMap('drifted', { a: '1', b: '2' })], { strategy });
  await change('drifted', { data: { a: 'changed', unmanaged: 'x' } });
  const drifted = saidOf(await pass('drifted'));
  assert.equal(verdict(drifted), 'False FoundDrifts');
  assert.deepEqual(drifted.driftDetails?.observedDrifts, [
    { path: '/data/a', valueInHub: '1', valueInMember: 'changed' },
  ]);
  const first = drifted.driftDetails?.firstDriftedObservedTime;
  clock.advance(90_000);
  const later = saidOf(await pass('drifted')).driftDetails;
  assert.equal(later?.firstDriftedObservedTime, first);
  assert.notEqual(later?.observationTime, drifted.driftDetails?.observationTime);
  assert.equal((await onMember('drifted')).data?.['a'], 'changed');
  const changed = saidOf(await apply('drifted', [configMap('drifted', { a: '3', b: '2' })], { strategy }));
  assert.deepEqual([verdict(changed), changed.driftDetails], ['True Applied', undefined]);
  assert.equal((await onMember('drifted')).data?.['a'], '3');
});

test('what leaves a Work goes also when it had drifted, and when the Work only reported in between', async () => {
  const wait: ApplyStrategy = { whenToApply: 'IfNotDrifted' };
  const three = ['stays', 'strayed', 'reported'].map((name) => configMap(name, { a: '1' }));
  const [stays, , reported] = three;
  assert.ok(stays && reported);
  await apply('leaving', three, { strategy: wait });
  await change('strayed', { data: { a: 'changed' } });
  assert.equal(verdict(saidOf(await pass('leaving'), 1)), 'False FoundDrifts');
  await apply('leaving', [stays, reported], { strategy: wait });
  await assert.rejects(onMember('strayed'), /not found/);
  await apply('leaving', [stays], { strategy: { type: 'ReportDiff' } });
  assert.ok(await onMember('reported'));
  await apply('leaving', [stays], { strategy: wait });
  await assert.rejects(onMember('reported'), /not found/);
  assert.ok(await onMember('stays'));
});

test('a full comparison tells also of fields that nobody manages, and applies all the same', async () => {
  const strategy: ApplyStrategy = { comparisonOption: 'FullComparison' };
  await apply('full', [configMap('full', { a: '1' })], { strategy });
  await change('full', {
    data: { unmanaged: 'x' },
    metadata: { labels: { theirs: 'y', 'kubernetes.io/x': 'z' } },
  });
  const said = saidOf(await pass('full'));
  assert.equal(verdict(said), 'True Applied');
  assert.deepEqual(said.driftDetails?.observedDrifts, [
    { path: '/data/unmanaged', valueInMember: 'x' },
    { path: '/metadata/labels/theirs', valueInMember: 'y' },
  ]);
});

test('what a Secret holds is in no list and in no message', async () => {
  const secret = (password: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'secret', namespace: 'app' },
    data: { password: Buffer.from(password).toString('base64') },
  });
  const strategy: ApplyStrategy = { whenToApply: 'IfNotDrifted' };
  await apply('secret', [secret('hub-secret')], { strategy });
  await member.client.patch(
    secrets,
    { name: 'secret', namespace: 'app' },
    { type: 'merge', body: { data: { password: Buffer.from('member-secret').toString('base64') } } },
  );
  const work = await pass('secret');
  assert.deepEqual(saidOf(work).driftDetails?.observedDrifts, [
    {
      path: '/data/password',
      valueInHub: '(redacted for security reasons)',
      valueInMember: '(redacted for security reasons)',
    },
  ]);
  for (const value of ['hub-secret', 'member-secret']) {
    assert.ok(!JSON.stringify(work.status).includes(Buffer.from(value).toString('base64')));
  }
});

test('an object that was there before is taken over as whenToTakeOver says', async () => {
  await member.client.create(configMaps, configMap('found', { a: 'theirs', more: 'x' }));
  const manifests = [configMap('found', { a: '1' })];
  const never = saidOf(await apply('found', manifests, { strategy: { whenToTakeOver: 'Never' } }));
  assert.equal(verdict(never), 'False NotTakenOver');
  assert.equal(
    messageOf(never),
    'Failed to apply the manifest (error: no ownership of the object in the member cluster; takeover is needed)',
  );
  const strategy: ApplyStrategy = { whenToTakeOver: 'IfNoDiff' };
  const differs = saidOf(await apply('found', manifests, { strategy }));
  assert.equal(verdict(differs), 'False FailedToTakeOver');
  assert.equal(
    messageOf(differs),
    'Failed to apply the manifest (error: cannot take over object: configuration differences are found between the manifest object and the corresponding object in the member cluster)',
  );
  assert.deepEqual(differs.diffDetails?.observedDiffs, [
    { path: '/data/a', valueInHub: '1', valueInMember: 'theirs' },
  ]);
  assert.equal((await onMember('found')).metadata.ownerReferences, undefined);
  await change('found', { data: { a: '1' } });
  const taken = saidOf(await pass('found'));
  assert.deepEqual([verdict(taken), taken.diffDetails], ['True Applied', undefined]);
  assert.deepEqual((await onMember('found')).data, { a: '1', more: 'x' });
});

test('an object of another placement is not taken over, also when owners may be shared; one that a gone Work left is', async () => {
  await apply('owner-1', [configMap('shared', { a: '1' })]);
  for (const allowCoOwnership of [false, true]) {
    const said = saidOf(
      await apply('owner-2', [configMap('shared', { a: '2' })], { strategy: { allowCoOwnership } }),
    );
    assert.equal(verdict(said), 'False FailedToTakeOver');
    assert.match(
      messageOf(said) ?? '',
      /already owned by (some other sources|another Fleet AppliedWork object)/,
    );
  }
  assert.equal((await onMember('shared')).data?.['a'], '1');
  const gone = { name: 'owner-1', namespace };
  await hub.client.patch(works, gone, { type: 'merge', body: { metadata: { finalizers: [] } } });
  await hub.client.delete(works, gone);
  while (context.works.get(`${namespace}/owner-1`)) await new Promise((resolve) => setImmediate(resolve));
  const said = saidOf(await pass('owner-2'));
  assert.equal(verdict(said), 'True Applied');
  const { metadata, data } = await onMember('shared');
  assert.deepEqual([metadata.ownerReferences?.map(({ name }) => name), data], [['owner-2'], { a: '2' }]);
});

test('with others who own an object it is shared only where that is allowed, and stays theirs when it leaves the Work', async () => {
  const other = await member.client.create(configMaps, configMap('other-owner', {}));
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'other-owner', uid: other.metadata.uid ?? '' };
  await member.client.create(configMaps, configMap('co-owned', { a: '1' }, { ownerReferences: [owner] }));
  const manifests = [configMap('co-owned', { a: '2' })];
  assert.equal(verdict(saidOf(await apply('co-owned', manifests))), 'False FailedToTakeOver');
  const strategy: ApplyStrategy = { allowCoOwnership: true };
  const shared = await apply('co-owned', manifests, { strategy });
  assert.equal(verdict(saidOf(shared)), 'True Applied');
  assert.deepEqual((await onMember('co-owned')).metadata.ownerReferences?.map(({ name }) => name).sort(), [
    'co-owned',
    'other-owner',
  ]);
  const forbidden = saidOf(await apply('co-owned', manifests));
  assert.match(messageOf(forbidden) ?? '', /co-ownership has been disallowed/);
  // With `Applied` False it may be there all the same; it is found by what the Work said while it was True.
  await apply('co-owned', manifests, { strategy });
  await apply('co-owned', [], { strategy });
  assert.deepEqual(
    (await onMember('co-owned')).metadata.ownerReferences?.map(({ name }) => name),
    ['other-owner'],
  );
});

test('ReportDiff touches nothing and tells what differs, what is missing, and what the member would refuse', async () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'reported', namespace: 'app' } };
  const { spec } = await member.client.create(services, { ...service, spec: { ports: [{ port: 80 }] } });
  const clusterIP = '10.96.77.77';
  assert.notEqual(Object(spec)['clusterIP'], clusterIP);
  await member.client.create(configMaps, configMap('reported', { a: 'theirs', number: '5' }));
  const manifests = [
    configMap('reported', { a: '1' }),
    configMap('missing', { a: '1' }),
    { ...service, spec: { clusterIP, ports: [{ port: 80 }] } },
  ];
  const strategy: ApplyStrategy = { type: 'ReportDiff', whenToTakeOver: 'Never' };
  const work = await apply('reported', manifests, { strategy });
  const said = [0, 1, 2].map((at) => saidOf(work, at));
  assert.deepEqual(
    said.map((each) => verdict(each, 'DiffReported')),
    ['True FoundDiff', 'True FoundDiff', 'True FoundDiffInDegradedMode'],
  );
  assert.deepEqual(
    said.map(({ diffDetails }) => diffDetails?.observedDiffs[0]),
    [
      { path: '/data/a', valueInHub: '1', valueInMember: 'theirs' },
      { path: '/', valueInHub: '(the whole object)' },
      { path: '/spec/clusterIP', valueInHub: clusterIP, valueInMember: Object(spec)['clusterIP'] },
    ],
  );
  assert.equal('observedInMemberClusterGeneration' in (said[1]?.diffDetails ?? {}), false);
  assert.equal(
    verdict({ conditions: work.status?.conditions ?? [] }, 'DiffReported'),
    'False SomeManifestsHaveNotReportedDiff',
  );
  assert.equal(findCondition(work.status?.conditions, 'Applied'), undefined);
  assert.equal((await onMember('reported')).data?.['a'], 'theirs');
  assert.equal(await context.member.find(configMaps, { name: 'missing', namespace: 'app' }), undefined);
  assert.deepEqual(
    written.filter((call) => !/works\/|works$/.test(call)),
    [],
  );
});

test('manifests that cannot be applied say why, and do not hold up the others', async () => {
  const nameless = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { generateName: 'g-', namespace: 'app' },
  };
  const elsewhere = configMap('lost', {}, { namespace: 'nowhere' });
  const manifests = [nameless, configMap('twice', { a: '1' }), configMap('twice', { a: '2' }), elsewhere];
  const work = await apply('mixed', manifests);
  const said = [0, 1, 2, 3].map((at) => saidOf(work, at));
  assert.deepEqual(
    said.map((each) => verdict(each)),
    ['False FoundGenerateName', 'True Applied', 'False Duplicated', 'False ManifestApplyFailed'],
  );
  assert.equal(
    messageOf(saidOf(work, 3)),
    'Failed to apply the manifest (error: failed to apply the manifest: failed to create manifest object: error returned by the API server: namespaces "nowhere" not found)',
  );
  assert.equal(
    findCondition(work.status?.conditions, 'Applied')?.message,
    'Failed to apply all manifests (1 of 4 manifests are applied)',
  );
  const again = await pass('mixed');
  assert.equal(again.metadata.resourceVersion, work.metadata.resourceVersion);
});

test('details that would make a Work too large are cut to the first place and how many more there are', async () => {
  const fields = (value: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${String(at).padStart(5, '0')}`, value]));
  const strategy: ApplyStrategy = { comparisonOption: 'FullComparison' };
  await apply('oversized', [configMap('oversized', { a: '1' })], { strategy });
  await change('oversized', { data: fields('x', 10_000) });
  const fits = await pass('oversized');
  assert.equal(saidOf(fits).driftDetails?.observedDrifts.length, 100);
  assert.equal(findCondition(fits.status?.conditions, 'StatusTrimmed'), undefined);
  const none = Object.fromEntries(Object.keys(fields('', 10_000)).map((key) => [key, null]));
  await change('oversized', { data: none });
  // Three values of 400 KiB at a time: their list alone is larger than any object may be.
  const others = ['oversized-2', 'oversized-3', 'oversized-4', 'oversized-5'];
  await apply(
    'oversized',
    ['oversized', ...others].map((name) => configMap(name, { a: '1' })),
    { strategy },
  );
  for (const name of others) await change(name, { data: fields('y'.repeat(200 * 1024), 2) });
  const cut = await pass('oversized');
  const trimmed = findCondition(cut.status?.conditions, 'StatusTrimmed');
  assert.deepEqual([trimmed?.status, trimmed?.reason], ['True', 'Oversized']);
  assert.match(trimmed?.message ?? '', /\(\d+ bytes over limit 1415578\)$/);
  assert.deepEqual(saidOf(cut, 1).driftDetails?.observedDrifts, [
    { path: '/data/f00000 and 1 more path(s)', valueInHub: '(omitted)', valueInMember: '(omitted)' },
  ]);
  for (const name of others) await change(name, { data: { f00000: null, f00001: null } });
  const whole = await pass('oversized');
  assert.equal(findCondition(whole.status?.conditions, 'StatusTrimmed'), undefined);
});

test('what is applied is noted before it is: after a crash in between, a changed Work removes what it does not have', async () => {
  const lost = configMap('crashed-1', { a: '1' });
  const dying = killedAfter(/"name":"crashed-1"/);
  const refused = {
    ...context,
    hub: typedClient(dying(hub.client)),
    member: typedClient(dying(member.client)),
  };
  await hub.client.create(works, {
    apiVersion: works.apiVersion,
    kind: works.kind,
    metadata: { name: 'crashed', namespace },
    spec: { workload: { manifests: [lost] } },
  });
  context.works.observe(await context.hub.get(works, { name: 'crashed', namespace }));
  await assert.rejects(reconcileWork(`${namespace}/crashed`, refused), /stopped/);
  const noted = await context.hub.get(works, { name: 'crashed', namespace });
  assert.equal(verdict(saidOf(noted)), 'False PreparingToProcess');
  assert.equal((await onMember('crashed-1')).data?.['a'], '1');
  await apply('crashed', [configMap('crashed-2', { a: '1' })]);
  assert.equal(await context.member.find(configMaps, { name: 'crashed-1', namespace: 'app' }), undefined);
  assert.equal((await onMember('crashed-2')).data?.['a'], '1');
});

/** Clients of a process that is killed right after it created an object: nothing that they are asked for happens then. */
function killedAfter(object: RegExp): (client: ClusterClient) => ClusterClient {
  let isDead = false;
  return (client) =>
    new Proxy(client, {
      get(target, verb: keyof ClusterClient) {
        const own = target[verb];
        return async (...sent: unknown[]) => {
          if (isDead) throw new Error('stopped');
          const answer: unknown = await Reflect.apply(own, target, sent);
          isDead = verb === 'create' && object.test(JSON.stringify(sent[1]));
          return answer;
        };
      },
    });
}

test('statuses of objects come back to the Work when that is asked for', async () => {
  const work = await apply('mirrored', [named('v1', 'Namespace', 'mirrored'), configMap('mirrored', {})], {
    rest: { reportBackStrategy: { type: 'Mirror', destination: 'WorkAPI' } },
  });
  assert.deepEqual(saidOf(work).backReportedStatus?.observedStatus, {
    apiVersion: 'v1',
    kind: 'Namespace',
    status: { phase: 'Active' },
  });
  assert.equal(saidOf(work, 1).backReportedStatus, undefined);
  const off = await apply('mirrored', [named('v1', 'Namespace', 'mirrored'), configMap('mirrored', {})]);
  assert.equal(saidOf(off).backReportedStatus, undefined);
});

test('two Works that bring the same object at once: one has it, and the other says so and leaves it', async () => {
  const work = (name: string, a: string): Work => ({
    apiVersion: works.apiVersion,
    kind: works.kind,
    metadata: { name, namespace },
    spec: { workload: { manifests: [configMap('raced', { a })] } },
  });
  for (const each of [work('race-1', '1'), work('race-2', '2')]) {
    context.works.observe({ ...each, ...(await hub.client.create(works, each)) });
  }
  const go = (name: string) => reconcileWork(`${namespace}/${name}`, context);
  await Promise.all([go('race-1'), go('race-2')]);
  await Promise.all([pass('race-1'), pass('race-2')]);
  const said = await Promise.all(
    ['race-1', 'race-2'].map((name) => context.hub.get(works, { name, namespace })),
  );
  const verdicts = said.map((each) => verdict(saidOf(each)));
  assert.deepEqual([...verdicts].sort(), ['False FailedToTakeOver', 'True Applied']);
  const winner = verdicts.indexOf('True Applied') + 1;
  const { metadata, data } = await onMember('raced');
  assert.deepEqual(
    metadata.ownerReferences?.map(({ name }) => name),
    [`race-${winner}`],
  );
  assert.deepEqual(data, { a: String(winner) });
});

test('a namespace that somebody deletes underneath is told, and is there again once it has gone', async () => {
  const space = named('v1', 'Namespace', 'pulled');
  const inside = { ...configMap('inside', { a: '1' }), metadata: { name: 'inside', namespace: 'pulled' } };
  await apply('pulled', [space, inside]);
  await member.client.delete(namespaces, { name: 'pulled' });
  await member.client.delete(configMaps, { name: 'inside', namespace: 'pulled' });
  const ending = await pass('pulled');
  assert.equal(verdict(saidOf(ending, 1)), 'False ManifestApplyFailed');
  assert.match(messageOf(saidOf(ending, 1)) ?? '', /is being terminated/);
  const live = await context.member.get(namespaces, { name: 'pulled' });
  await member.client.update(namespaces, { ...live, spec: { finalizers: [] } }, { subresource: 'finalize' });
  const again = await pass('pulled');
  assert.deepEqual(
    [0, 1].map((at) => verdict(saidOf(again, at))),
    ['True Applied', 'True Applied'],
  );
});

test('an annotation that somebody spoilt takes nothing away and holds nothing up', async () => {
  await apply('spoilt', [configMap('spoilt', { a: '1', b: '2' })]);
  await change('spoilt', { metadata: { annotations: { [lastAppliedAnnotation]: '{"data":' } } });
  const work = await apply('spoilt', [configMap('spoilt', { a: '3' })]);
  assert.equal(verdict(saidOf(work)), 'True Applied');
  assert.deepEqual((await onMember('spoilt')).data, { a: '3', b: '2' });
});

test('the hash of a manifest is the one that the Go agent makes, so that either knows what the other applied', () => {
  const manifest: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'a',
      labels: { app: 'x', 'kubernetes.io/y': 'z' },
      annotations: { note: 'a<b>&c', 'n-1': '2' },
    },
    spec: {
      replicas: 3,
      template: {
        metadata: { creationTimestamp: null, labels: { a: 'b' } },
        spec: { containers: [{ name: 'c', image: 'i', resources: {} }] },
      },
    },
  };
  assert.equal(manifestHash(manifest), '429e4e395d2cf2d474cd2dd32d9c16a54c348443dc0c9273cfb560800fec13b6');
});

test('passes over a Work become rarer while nothing changes, and start over when something does', () => {
  const pace = createPace();
  const delays = (essence: string, isSettled: boolean, count: number) =>
    Array.from({ length: count }, () => Math.round(pace.next('w', { essence, isSettled }) / 100) / 10);
  assert.deepEqual(
    delays('waiting', false, 15),
    [5, 2, 2.4, 2.9, 3.5, 4.1, 5, 6, 7.2, 8.6, 10.3, 12.4, 14.9, 22.3, 33.4],
  );
  assert.deepEqual(delays('settled', true, 8), [5, 2, 3, 4.5, 6.8, 10.1, 15.2, 22.8]);
});
