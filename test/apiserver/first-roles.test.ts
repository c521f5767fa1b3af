import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { objectAt, objectsAt, textAt } from '../../src/apimachinery/read.ts';
import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import { startTestServer } from './harness.ts';

/** What kube-apiserver v1.34.4 begins with: `kubectl get clusterroles,clusterrolebindings -o json`. */
const recorded: readonly JsonObject[] = objectsOf(
  JSON.parse(readFileSync(new URL('recorded-roles.json', import.meta.url), 'utf8')),
);

/** Rights over what no server has had for years, which the real one still grants. */
const bygone = /^\S+ (?:extensions\/|apps\/deployments\/rollback$)/;

function objectsOf(value: Json): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textsOf(rule: JsonObject, member: string): string[] {
  const list = rule[member];
  return Array.isArray(list) ? list.map(String) : [];
}

/** Each right by itself, e.g. `get apps/deployments` or `get /healthz`, sorted. */
function rightsOf(role: JsonObject): string[] {
  const rights = objectsAt(role, 'rules').flatMap((rule) => {
    const names = textsOf(rule, 'resourceNames');
    const things = textsOf(rule, 'apiGroups').flatMap((group) =>
      textsOf(rule, 'resources').flatMap((resource) =>
        (names.length > 0 ? names : ['']).map((name) => `${group}/${resource}${name && ` named ${name}`}`),
      ),
    );
    return textsOf(rule, 'verbs').flatMap((verb) =>
      [...things, ...textsOf(rule, 'nonResourceURLs')].map((thing) => `${verb} ${thing}`),
    );
  });
  return [...new Set(rights)].filter((right) => !bygone.test(right)).sort();
}

test('the roles and bindings of a new cluster are those of the real server, neither more nor less', async () => {
  const { fetch, close } = await startTestServer();
  const list = async (resource: string): Promise<ReadonlyMap<string, JsonObject>> => {
    const answer = await fetch(`/apis/rbac.authorization.k8s.io/v1/${resource}`);
    const body: unknown = await answer.json();
    assert.ok(isObject(body));
    return new Map(objectsAt(body, 'items').map((item) => [textAt(item, 'metadata', 'name') ?? '', item]));
  };
  const [roles, bindings] = [await list('clusterroles'), await list('clusterrolebindings')];
  const ofKind = (kind: string) => recorded.filter((object) => object['kind'] === kind);
  assert.deepEqual([...roles.keys()].sort(), ofKind('ClusterRole').map(nameOf).sort());
  assert.deepEqual([...bindings.keys()].sort(), ofKind('ClusterRoleBinding').map(nameOf).sort());
  for (const real of recorded) {
    const name = nameOf(real);
    const ours = (real['kind'] === 'ClusterRole' ? roles : bindings).get(name) ?? {};
    const metadata = objectAt(ours, 'metadata');
    assert.deepEqual(metadata['labels'], objectAt(real, 'metadata')['labels'], name);
    assert.deepEqual(metadata['annotations'], objectAt(real, 'metadata')['annotations'], name);
    for (const member of ['roleRef', 'subjects', 'aggregationRule'])
      assert.deepEqual(ours[member], real[member], `${member} of ${name}`);
    // The rules of an aggregated role are put together by a controller of the real cluster.
    if (real['aggregationRule'] === undefined) assert.deepEqual(rightsOf(ours), rightsOf(real), name);
  }
  const gathered = (...parts: string[]) =>
    [...new Set(parts.flatMap((part) => rightsOf(roles.get(`system:aggregate-to-${part}`) ?? {})))].sort();
  assert.deepEqual(rightsOf(roles.get('view') ?? {}), gathered('view'));
  assert.deepEqual(rightsOf(roles.get('edit') ?? {}), gathered('view', 'edit'));
  assert.deepEqual(rightsOf(roles.get('admin') ?? {}), gathered('view', 'edit', 'admin'));
  await close();
});

function nameOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'name') ?? '';
}
