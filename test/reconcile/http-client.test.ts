import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import type { KubeObject, WatchEvent } from '../../src/apimachinery/client.ts';
import { defineKind, isNotFound } from '../../src/apimachinery/kinds.ts';
import { silentLogger, systemClock } from '../../src/base/index.ts';
import { type HttpClusterClient, httpClusterClient, Informer } from '../../src/reconcile/index.ts';
import { startTestServer, type TestEndpoint, type TestServer } from '../apiserver/harness.ts';

interface ConfigMap extends KubeObject {
  data?: { [key: string]: string };
}
const configMaps = defineKind<ConfigMap>('v1', 'ConfigMap', 'configmaps');
const pods = defineKind('v1', 'Pod', 'pods');

let server: TestServer;
let endpoint: TestEndpoint;
let client: HttpClusterClient;
before(async () => {
  server = await startTestServer();
  endpoint = await server.listen();
  client = open();
});
after(async () => {
  client.close();
  await server.close();
});

function open(token = 'admin-token'): HttpClusterClient {
  return httpClusterClient({
    server: endpoint.url,
    certificateAuthority: endpoint.caPem,
    bearerToken: token,
    clock: systemClock,
  });
}

function configMap(name: string, data: { [key: string]: string } = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

test('an object of the whole cluster has no place in a namespace, over HTTPS or in process', async () => {
  const roles = defineKind('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', 'Cluster');
  const metadata = { name: 'misplaced', namespace: 'default' };
  const role = { apiVersion: roles.apiVersion, kind: roles.kind, metadata, rules: [] };
  const target = { namespace: 'default', name: 'view' };
  for (const each of [client, server.client]) {
    for (const call of [
      () => each.get(roles, target),
      () => each.list(roles, { namespace: 'default' }),
      () => each.create(roles, role),
      () => each.update(roles, role),
      () => each.patch(roles, target, { type: 'merge', body: { rules: [] } }),
      () => each.delete(roles, target),
    ])
      await assert.rejects(call, isNotFound);
  }
  await assert.rejects(server.client.get(roles, { name: 'misplaced' }), isNotFound);
  assert.equal((await server.client.get(roles, { name: 'view' })).metadata.name, 'view');
});

test('every verb works over HTTPS as it does in process', async () => {
  const created = await client.create(configMaps, configMap('verbs', { a: '1' }));
  assert.ok(created.metadata.uid && Object.isFrozen(created.metadata));
  const target = { namespace: 'default', name: 'verbs' };
  assert.deepEqual(await client.get(configMaps, target), await server.client.get(configMaps, target));
  const updated = await client.update(configMaps, { ...created, data: { a: '2' } });
  assert.deepEqual(updated['data'], { a: '2' });
  const merged = await client.patch(configMaps, target, { type: 'merge', body: { data: { b: '3' } } });
  assert.deepEqual(merged['data'], { a: '2', b: '3' });
  const operation = { op: 'remove', path: '/data/a' };
  const patched = await client.patch(configMaps, target, { type: 'json', body: [operation] });
  assert.deepEqual(patched['data'], { b: '3' });
  const applied = await client.patch(
    configMaps,
    target,
    { type: 'apply', body: configMap('verbs', { c: '4' }) },
    { fieldManager: 'test', force: true },
  );
  assert.equal(Object(applied['data'])['c'], '4');
  const dry = await client.create(configMaps, configMap('dry'), { dryRun: true });
  assert.equal(dry.metadata.name, 'dry');
  const list = await client.list(configMaps, { namespace: 'default', fieldSelector: 'metadata.name=verbs' });
  assert.deepEqual(
    list.items.map(({ kind, metadata }) => [kind, metadata.name]),
    [['ConfigMap', 'verbs']],
  );
  await client.delete(configMaps, target);
  await assert.rejects(() => client.get(configMaps, target), {
    name: 'ClusterError',
    status: 404,
    reason: 'NotFound',
  });
});

test('lists come in pages with the token of the next one', async () => {
  for (const name of ['page-1', 'page-2', 'page-3']) await client.create(configMaps, configMap(name));
  const first = await client.list(configMaps, { namespace: 'default', limit: 2 });
  assert.equal(first.items.length, 2);
  assert.ok(first.continue);
  const rest = await client.list(configMaps, { namespace: 'default', limit: 2, continue: first.continue });
  assert.equal(rest.continue, undefined);
});

test('a refusal carries the status, reason and message of the server', async () => {
  const stranger = open('user-token');
  await assert.rejects(() => stranger.list(pods), {
    status: 403,
    reason: 'Forbidden',
    message: /cannot list resource "pods"/,
  });
  stranger.close();
  const nobody = open('wrong');
  await assert.rejects(() => nobody.list(pods), { status: 401, reason: 'Unauthorized' });
  nobody.close();
});

test('a server that cannot be reached is an error that says so, not a crash', async () => {
  const lost = httpClusterClient({ server: 'https://127.0.0.1:1', clock: systemClock });
  await assert.rejects(() => lost.list(pods), { status: 503, message: /127\.0\.0\.1:1 cannot be reached/ });
  const { promise, resolve } = Promise.withResolvers<number>();
  lost.watch(pods, {}, { onEvent() {}, onError: (error) => resolve(error.status) });
  assert.equal(await promise, 503);
  lost.close();
});

test('a watch delivers events in order and large objects whole', async () => {
  const { resourceVersion } = await client.list(configMaps);
  const seen: WatchEvent[] = [];
  const added = Promise.withResolvers<void>();
  const deleted = Promise.withResolvers<void>();
  const watch = client.watch(
    configMaps,
    { resourceVersion, namespace: 'default' },
    {
      onEvent(event) {
        seen.push(event);
        if (event.type === 'ADDED') added.resolve();
        if (event.type === 'DELETED') deleted.resolve();
      },
      onError: () => {},
    },
  );
  const large = 'x'.repeat(700_000);
  await server.client.create(configMaps, configMap('large', { large }));
  await added.promise;
  await server.client.delete(configMaps, { namespace: 'default', name: 'large' });
  await deleted.promise;
  watch.close();
  assert.deepEqual(
    seen.map(({ type }) => type),
    ['ADDED', 'DELETED'],
  );
  const first = seen[0];
  assert.ok(first && first.type === 'ADDED' && Object(first.object['data'])['large'] === large);
});

test('a watch from a version that never was or is gone ends with that error', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  client.watch(
    configMaps,
    { resourceVersion: 'not-a-number' },
    { onEvent() {}, onError: (error) => resolve(error.reason) },
  );
  // As the real server: 500 without a reason.
  assert.equal(await promise, '');
});

test('an informer over HTTPS sees what happens on the server', async () => {
  const informer = new Informer({ client, kind: configMaps, clock: systemClock, log: silentLogger });
  await informer.synced;
  const { promise, resolve } = Promise.withResolvers<void>();
  informer.subscribe({ added: (object) => void (object.metadata.name === 'informed' && resolve()) });
  await server.client.create(configMaps, configMap('informed'));
  await promise;
  informer.close();
});

test('requests and watches go through a byte stream that somebody else opened', async () => {
  const { hostname, port } = new URL(endpoint.url);
  let opened = 0;
  const tunneled = httpClusterClient({
    server: 'https://hub.example.internal',
    tlsServerName: 'localhost',
    certificateAuthority: endpoint.caPem,
    bearerToken: async () => 'admin-token',
    clock: systemClock,
    connect: async () => {
      opened++;
      return connect({ host: hostname, port: Number(port) });
    },
  });
  const version = await tunneled.raw('GET', '/version');
  assert.equal(version.status, 200);
  await tunneled.list(configMaps);
  await tunneled.list(configMaps);
  assert.equal(opened, 1);
  const { promise, resolve } = Promise.withResolvers<string>();
  const watch = tunneled.watch(configMaps, {}, { onEvent: (event) => resolve(event.type), onError() {} });
  assert.equal(await promise, 'ADDED');
  watch.close();
  tunneled.close();
});

test('a tunnel that cannot be opened is an error of the call', async () => {
  const broken = httpClusterClient({
    server: 'https://hub.example.internal',
    clock: systemClock,
    connect: () => Promise.reject(new Error('no route to the hub')),
  });
  await assert.rejects(() => broken.list(pods), { status: 503, message: /no route to the hub/ });
  broken.close();
});
