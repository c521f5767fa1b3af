import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject, Random } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from '../apiserver/harness.ts';
import { rbac } from '../apiserver/rights.ts';
import { attackRandom, attackTries } from './seed.ts';

const reading = ['get', 'list', 'watch'];
const changing = ['update', 'patch'];
const deleting = ['delete', 'deletecollection'];
const allVerbs = [...reading, ...changing, ...deleting, 'create'];

interface Kind {
  readonly root: string;
  readonly plural: string;
  readonly body: JsonObject;
}

const containers = [{ name: 'c', image: 'i' }];
const selector = { matchLabels: { a: 'b' } };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers } };
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' };

const kinds: readonly Kind[] = [
  { root: '/api/v1', plural: 'configmaps', body: { kind: 'ConfigMap' } },
  { root: '/api/v1', plural: 'secrets', body: { kind: 'Secret' } },
  { root: '/api/v1', plural: 'serviceaccounts', body: { kind: 'ServiceAccount' } },
  { root: '/api/v1', plural: 'endpoints', body: { kind: 'Endpoints' } },
  { root: '/api/v1', plural: 'events', body: { kind: 'Event', involvedObject: { namespace: 'mine' } } },
  { root: '/api/v1', plural: 'pods', body: { kind: 'Pod', spec: { containers } } },
  { root: '/api/v1', plural: 'services', body: { kind: 'Service', spec: { ports: [{ port: 80 }] } } },
  {
    root: '/apis/apps/v1',
    plural: 'deployments',
    body: { kind: 'Deployment', spec: { selector, template } },
  },
  { root: '/apis/coordination.k8s.io/v1', plural: 'leases', body: { kind: 'Lease', spec: {} } },
  { root: '/apis/rbac.authorization.k8s.io/v1', plural: 'roles', body: { kind: 'Role', rules: [] } },
  {
    root: '/apis/rbac.authorization.k8s.io/v1',
    plural: 'rolebindings',
    body: { kind: 'RoleBinding', roleRef },
  },
  { root: '/apis/example.com/v1', plural: 'widgets', body: { kind: 'Widget', spec: { size: 1 } } },
];

const patchTypes = ['apply-patch+yaml', 'merge-patch+json', 'strategic-merge-patch+json', 'json-patch+json'];

/** A server where jane holds the rules in the namespace `mine`, with one object of every kind in it. */
async function openServer(rules: readonly JsonObject[]): Promise<TestServer> {
  const test = await startTestServer();
  const { client } = test;
  const named = (name: string) => ({ metadata: { name } });
  await client.create(
    { group: '', version: 'v1', resource: 'namespaces' },
    { apiVersion: 'v1', kind: 'Namespace', ...named('mine') },
  );
  await client.create(
    { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' },
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      ...named('widgets.example.com'),
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    },
  );
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await client.create(rbac('clusterroles'), {
    apiVersion,
    kind: 'ClusterRole',
    ...named('held'),
    rules: [...rules],
  });
  await client.create(rbac('rolebindings'), {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name: 'held', namespace: 'mine' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'held' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
  });
  await write(
    test,
    kinds.find(({ plural }) => plural === 'serviceaccounts'),
    'default',
  );
  for (const kind of kinds) for (const name of ['one', 'two']) await write(test, kind, name);
  return test;
}

async function write(test: TestServer, kind: Kind | undefined, name: string): Promise<void> {
  assert.ok(kind);
  const body = JSON.stringify(objectOf(kind, name));
  const made = await test.fetch(listOf(kind), { method: 'POST', body });
  assert.equal(made.status, 201, `${kind.plural}: ${await made.text()}`);
}

function listOf({ root, plural }: Kind): string {
  return `${root}/namespaces/mine/${plural}`;
}

function objectOf({ root, body }: Kind, name: string): JsonObject {
  const apiVersion = root.replace(/^\/apis?\//, '');
  return { apiVersion, ...body, metadata: { name, namespace: 'mine' } };
}

/** Every object in the namespace by kind and name. */
async function everything(test: TestServer): Promise<Map<string, JsonObject>> {
  const found = new Map<string, JsonObject>();
  for (const kind of kinds) {
    const answer = await test.fetch(listOf(kind));
    const { items } = JSON.parse(await answer.text());
    for (const item of items) found.set(`${kind.plural}/${item.metadata.name}`, item);
  }
  return found;
}

/** Requests made at random as jane; answers how many were served, by method. */
async function attack(test: TestServer, random: Random, tries: number): Promise<Map<string, number>> {
  const served = new Map<string, number>();
  for (let made = 0; made < tries; made++) {
    const kind = pick(random, kinds);
    const name = pick(random, ['one', 'two', `new-${random.integer(50)}`]);
    const method = pick(random, ['GET', 'POST', 'PUT', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'DELETE']);
    const named = method === 'POST' ? chance(random, 8) : !chance(random, 8);
    const part = named && chance(random, 5) ? `/${pick(random, ['status', 'scale', 'finalize'])}` : '';
    const type = method === 'PATCH' ? pick(random, patchTypes) : 'json';
    const options = [
      ...['dryRun=All', 'fieldManager=x&force=true', 'fieldSelector=metadata.name%3Done', 'limit=1'],
      ...['propagationPolicy=Orphan', 'resourceVersion=0', 'fieldValidation=Ignore'],
    ];
    const query = options.filter(() => chance(random, 4)).join('&');
    const path = `${listOf(kind)}${named ? `/${name}` : ''}${part}?${type.startsWith('apply') ? 'fieldManager=x&' : ''}${query}`;
    const answer = await test.fetch(path, {
      method,
      headers: { authorization: 'Bearer user-token', 'content-type': `application/${type}` },
      ...(method !== 'GET' && method !== 'DELETE' && { body: makeBody(random, kind, { name, type }) }),
    });
    const text = await answer.text();
    const isExpected = answer.status < 500 || text.includes('failed to create typed patch object');
    assert.ok(isExpected, `${method} ${path} answered ${answer.status}: ${text}`);
    if (answer.ok) served.set(method, (served.get(method) ?? 0) + 1);
  }
  return served;
}

function makeBody(random: Random, kind: Kind, about: { name: string; type: string }): string {
  const labels = { changed: random.string(5, 'abc') };
  if (about.type === 'json-patch+json') {
    return JSON.stringify([{ op: 'add', path: '/metadata/labels', value: labels }]);
  }
  const object = objectOf(kind, about.name);
  const metadata = { name: about.name, namespace: 'mine', labels };
  const spec = typeof object.spec === 'object' ? { spec: { ...object.spec, replicas: 3, paused: true } } : {};
  const status = { status: { replicas: random.integer(9), phase: 'Running' } };
  return JSON.stringify({ ...object, metadata, ...(chance(random, 2) ? spec : {}), ...status });
}

function pick<T>(random: Random, list: readonly T[]): T {
  const picked = list[random.integer(list.length)];
  assert.ok(picked !== undefined);
  return picked;
}

/** True once in `times`. */
function chance(random: Random, times: number): boolean {
  return random.integer(times) === 0;
}

/** What a caller may write of each object, without what a delete says on it. */
const contents = (objects: Map<string, JsonObject>) =>
  new Map(
    [...objects].map(([key, { metadata, status: _, ...rest }]) => {
      const { labels, annotations } = JSON.parse(JSON.stringify(metadata));
      return [key, JSON.stringify([labels, annotations, rest])];
    }),
  );

interface Attack {
  readonly name: string;
  readonly rules: readonly JsonObject[];
  /** What is never served. */
  readonly unserved: readonly string[];
  /** Throws when something is not as it may be. */
  readonly check: (before: Map<string, JsonObject>, after: Map<string, JsonObject>) => void;
}

const all = (verbs: readonly string[]) => [{ apiGroups: ['*'], resources: ['*'], verbs: [...verbs] }];
const without = (missing: readonly string[]) => allVerbs.filter((verb) => !missing.includes(verb));

const attacks: readonly Attack[] = [
  {
    name: 'who may do everything but create makes nothing',
    rules: all(without(['create'])),
    unserved: ['POST'],
    check: (before, after) => {
      for (const key of after.keys()) assert.ok(before.has(key), `${key} was made`);
    },
  },
  {
    name: 'who may do everything but delete takes nothing away',
    rules: all(without(deleting)),
    unserved: ['DELETE'],
    check: (before, after) => {
      for (const key of before.keys()) assert.ok(after.has(key), `${key} is gone`);
    },
  },
  {
    name: 'who may do everything but change leaves what is there as it is',
    rules: all(without(changing)),
    unserved: ['PUT', 'PATCH'],
    check: (before, after) => {
      const [then, now] = [contents(before), contents(after)];
      // What was deleted and made again is another object.
      const uid = (objects: Map<string, JsonObject>, key: string) =>
        /"uid":"([^"]+)"/.exec(JSON.stringify(objects.get(key)))?.[1];
      for (const [key, version] of then) {
        if (uid(before, key) === uid(after, key)) assert.equal(now.get(key), version, key);
      }
    },
  },
  {
    name: 'who may only write reads nothing',
    rules: all(without(reading)),
    unserved: ['GET'],
    check: () => {},
  },
  {
    name: 'who may write status only changes no spec, makes nothing and takes nothing away',
    rules: [{ apiGroups: ['*'], resources: ['*/status'], verbs: allVerbs }],
    unserved: ['POST', 'DELETE'],
    check: (before, after) => {
      const inside = (objects: Map<string, JsonObject>) =>
        [...objects].map(([key, { spec = null, rules = null, data = null }]) => [key, spec, rules, data]);
      assert.deepEqual(inside(after), inside(before));
    },
  },
  {
    name: 'who may do everything with what is called so touches nothing that is not',
    rules: [{ apiGroups: ['*'], resources: ['*'], resourceNames: ['one'], verbs: allVerbs }],
    // As in the real server, a custom resource is made at the path of an object too, of which the right speaks.
    unserved: [],
    check: (before, after) => {
      const others = (objects: Map<string, JsonObject>) =>
        [...objects].filter(([key]) => !key.endsWith('/one')).map(([key, object]) => [key, object]);
      assert.deepEqual(others(after), others(before));
    },
  },
];

for (const { name, rules, unserved, check } of attacks) {
  describe(name, () => {
    let test: TestServer;
    before(async () => {
      test = await openServer(rules);
    });
    after(() => test.close());

    const tries = attackTries(1_200);
    it(`whatever ${tries} requests made at random ask for`, async () => {
      const before = await everything(test);
      const served = await attack(test, attackRandom(name), tries);
      check(before, await everything(test));
      for (const method of unserved) assert.equal(served.get(method), undefined, method);
      assert.ok(served.size > 0, 'nothing was served at all');
    });
  });
}

it('a post to the path of a custom resource makes what is called so, and nothing else', async () => {
  const test = await openServer([
    { apiGroups: ['*'], resources: ['*'], resourceNames: ['one'], verbs: ['create'] },
  ]);
  try {
    const post = async (root: string, plural: string, { path, kind, name }: Record<string, string>) => {
      const answer = await test.fetch(`${root}/namespaces/mine/${plural}${path}`, {
        method: 'POST',
        headers: { authorization: 'Bearer user-token' },
        body: JSON.stringify({
          apiVersion: root.replace(/^\/apis?\//, ''),
          kind: kind ?? null,
          metadata: { name: name ?? null },
        }),
      });
      return answer.status;
    };
    const widgets = (path: string, name: string) =>
      post('/apis/example.com/v1', 'widgets', { path, kind: 'Widget', name });
    assert.deepEqual([await widgets('', 'one'), await widgets('/two', 'two')], [403, 403]);
    // The real server makes whatever the body names: no right for a name reaches that far here.
    assert.deepEqual([await widgets('/one', 'three'), await widgets('/one', 'one')], [400, 409]);
    assert.equal(
      (await test.fetch('/apis/example.com/v1/namespaces/mine/widgets/one', { method: 'DELETE' })).status,
      200,
    );
    assert.equal(await widgets('/one', 'one'), 201);
    const maps = (path: string) => post('/api/v1', 'configmaps', { path, kind: 'ConfigMap', name: 'three' });
    assert.deepEqual([await maps(''), await maps('/two'), await maps('/one')], [403, 403, 405]);
  } finally {
    await test.close();
  }
});
