import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { objectAt, objectsAt, textAt } from '../../src/apimachinery/read.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  silentLogger,
  systemClock,
  systemRandom,
} from '../../src/base/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

/** What kube-apiserver v1.34.4 begins with: `kubectl get clusterroles,clusterrolebindings,roles,rolebindings -A -o json`. */
const recorded: readonly JsonObject[] = objectsOf(
  JSON.parse(readFileSync(new URL('recorded-roles.json', import.meta.url), 'utf8')),
);
const resources = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'];
const group = '/apis/rbac.authorization.k8s.io/v1';

function objectsOf(value: Json): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

async function read({ fetch }: TestServer, path: string): Promise<JsonObject> {
  const answer = await fetch(`${group}/${path}`);
  assert.equal(answer.status, 200, path);
  const body: unknown = await answer.json();
  assert.ok(isObject(body));
  return body;
}

async function write({ fetch }: TestServer, method: string, path: string, body: JsonObject): Promise<void> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const init = { method, headers: { 'content-type': type }, body: JSON.stringify(body) };
  const answer = await fetch(`${group}/${path}`, init);
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.text()}`);
}

/** As `kubectl get` shows it, without what differs from cluster to cluster. */
function shown({ kind, metadata, apiVersion: _version, ...rest }: JsonObject): JsonObject {
  const {
    uid: _uid,
    creationTimestamp: _at,
    resourceVersion: _revision,
    ...lasting
  } = objectAt({ metadata }, 'metadata');
  return { kind: kind ?? '', metadata: lasting, ...rest };
}

function keyOf(object: JsonObject): string {
  const of = (member: string) => textAt(object, 'metadata', member) ?? '';
  return `${textAt(object, 'kind')} ${of('namespace')}/${of('name')}`;
}

test('the roles and bindings of a new cluster are those of the real server, neither more nor less', async () => {
  const server = await startTestServer();
  const kinds = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];
  const lists = await Promise.all(resources.map((resource) => read(server, resource)));
  const ours = lists.flatMap((list, position) =>
    objectsAt(list, 'items').map((item) => shown({ ...item, kind: kinds[position] ?? '' })),
  );
  const byKey = (objects: readonly JsonObject[]) => new Map(objects.map((each) => [keyOf(each), each]));
  const [mine, real] = [byKey(ours), byKey(recorded)];
  assert.deepEqual([...mine.keys()].sort(), [...real.keys()].sort());
  for (const [key, object] of real) assert.deepEqual(mine.get(key), object, key);
  await server.close();
});

test('a start gives roles and bindings back what they lack, keeps what was added, and leaves those that say so alone', async () => {
  const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
  const store = createMemoryStore(surroundings);
  const first = await startTestServer({ store });
  const rules = [{ verbs: ['get'], apiGroups: ['example.com'], resources: ['extras'] }];
  await write(first, 'PATCH', 'clusterroles/system:kube-dns', {
    rules,
    metadata: { labels: { mine: 'yes' } },
  });
  const mine = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' };
  await write(first, 'PATCH', 'clusterrolebindings/system:kube-dns', { subjects: [mine] });
  const left = {
    metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } },
    rules: [],
  };
  await write(first, 'PATCH', 'clusterroles/system:heapster', left);
  const unlabelled = { metadata: { labels: null, annotations: null }, rules: null };
  await write(first, 'PATCH', 'namespaces/kube-system/roles/system:controller:token-cleaner', unlabelled);
  await write(first, 'PATCH', 'clusterroles/view', { aggregationRule: null });
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { mine: 'yes' } }] };
  await write(first, 'PATCH', 'clusterroles/system:node-bootstrapper', { aggregationRule });
  await write(first, 'DELETE', 'clusterrolebindings/system:basic-user', {});
  const other = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  const binding = { kind: 'ClusterRoleBinding', apiVersion: 'rbac.authorization.k8s.io/v1' };
  await write(first, 'DELETE', 'clusterrolebindings/system:discovery', {});
  await write(first, 'POST', 'clusterrolebindings', {
    ...binding,
    ...{ metadata: { name: 'system:discovery' }, roleRef: other, subjects: [mine] },
  });
  const before = await read(first, 'clusterrolebindings/system:discovery');
  const untouched = await read(first, 'clusterroles/cluster-admin');
  await first.close();

  const server = await startTestServer({ store });
  const real = new Map(recorded.map((each) => [keyOf(each), each]));
  const dns = await read(server, 'clusterroles/system:kube-dns');
  assert.deepEqual(objectAt(dns, 'metadata', 'labels'), {
    ...{ 'kubernetes.io/bootstrapping': 'rbac-defaults', mine: 'yes' },
  });
  const single = (resource: string, verb: string) => ({
    verbs: [verb],
    apiGroups: [''],
    resources: [resource],
  });
  assert.deepEqual(dns['rules'], [
    ...rules,
    ...['list', 'watch'].flatMap((verb) => ['endpoints', 'services'].map((each) => single(each, verb))),
  ]);
  assert.deepEqual((await read(server, 'clusterrolebindings/system:kube-dns'))['subjects'], [
    mine,
    { kind: 'ServiceAccount', name: 'kube-dns', namespace: 'kube-system' },
  ]);
  assert.equal((await read(server, 'clusterroles/system:heapster'))['rules'], null);
  const cleaner = shown(await read(server, 'namespaces/kube-system/roles/system:controller:token-cleaner'));
  assert.deepEqual(
    cleaner['metadata'],
    real.get('Role kube-system/system:controller:token-cleaner')?.['metadata'],
  );
  assert.ok(objectsAt(cleaner, 'rules').length > 0);
  const view = real.get('ClusterRole /view');
  assert.deepEqual((await read(server, 'clusterroles/view'))['aggregationRule'], view?.['aggregationRule']);
  assert.equal((await read(server, 'clusterroles/system:node-bootstrapper'))['aggregationRule'], undefined);
  await read(server, 'clusterrolebindings/system:basic-user');
  const discovery = await read(server, 'clusterrolebindings/system:discovery');
  assert.deepEqual(shown(discovery), real.get('ClusterRoleBinding /system:discovery'));
  assert.notEqual(textAt(discovery, 'metadata', 'uid'), textAt(before, 'metadata', 'uid'));
  assert.deepEqual(
    await read(server, 'clusterroles/cluster-admin'),
    untouched,
    'nothing is written without need',
  );
  await server.close();
  await store.close();
});
