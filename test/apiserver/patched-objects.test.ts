import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
/** Another on the same store, as a second process would be: it shares nothing else. */
let second: TestServer;

const configMaps = '/api/v1/namespaces/default/configmaps';
const things = '/apis/example.com/v1/namespaces/default/things';
const json = 'application/json-patch+json';
const merge = 'application/merge-patch+json';

before(async () => {
  server = await startTestServer();
  second = await startTestServer({ store: server.store });
  const made = await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            },
          },
        },
      ],
    },
  });
  assert.equal(made.status, 201);
});
after(async () => {
  await second.close();
  await server.close();
});

interface Asked {
  readonly status: number;
  readonly body: JsonObject;
  readonly warning: string | null;
}

async function ask(method: string, path: string, body?: unknown, type = 'application/json', to = server) {
  const answer = await to.fetch(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': type } }),
  });
  const value: unknown = await answer.json();
  assert.ok(isObject(value));
  return { status: answer.status, body: value, warning: answer.headers.get('warning') } satisfies Asked;
}

const patch = (path: string, body: unknown, type = merge) => ask('PATCH', path, body, type);

function metadata({ body }: Asked): JsonObject {
  assert.ok(isObject(body['metadata']));
  return body['metadata'];
}

async function configMap(name: string, more: JsonObject = {}): Promise<Asked> {
  const made = await ask('POST', configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { a: 'b' },
    ...more,
  });
  assert.equal(made.status, 201);
  return made;
}

async function thing(name: string, spec: JsonObject = {}): Promise<Asked> {
  const made = await ask('POST', things, {
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name },
    spec,
  });
  assert.equal(made.status, 201);
  return made;
}

describe('what nobody but the server sets', () => {
  it('is put back when an update says when the object was made', async () => {
    const { creationTimestamp } = metadata(await configMap('made'));
    for (const type of [merge, 'application/strategic-merge-patch+json']) {
      const body = { metadata: { creationTimestamp: '2020-01-01T00:00:00Z' }, data: { by: type } };
      const patched = await patch(`${configMaps}/made`, body, type);
      assert.equal(patched.status, 200);
      assert.equal(metadata(patched)['creationTimestamp'], creationTimestamp);
    }
    const sent = (await ask('GET', `${configMaps}/made`)).body;
    assert.ok(isObject(sent['metadata']));
    sent['metadata']['creationTimestamp'] = '2020-01-01T00:00:00Z';
    const put = await ask('PUT', `${configMaps}/made`, sent);
    assert.equal(put.status, 200);
    assert.equal(metadata(put)['creationTimestamp'], creationTimestamp);
  });

  it('is a version that no new object has, unless nothing is stored or the text is no number', async () => {
    const post = (query: string, resourceVersion: string) =>
      ask('POST', `${configMaps}${query}`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `v-${resourceVersion.toLowerCase()}`, resourceVersion },
      });
    const refused = await post('', '18446744073709551615');
    assert.equal(refused.status, 500);
    assert.equal(refused.body['message'], 'resourceVersion should not be set on objects to be created');
    assert.equal((await post('?dryRun=All', '5')).status, 201);
    assert.equal((await post('', 'Nothing')).status, 201);
    assert.equal((await post('', '0')).status, 201);
  });

  it('is a version of 64 bits, and any other than the newest conflicts', async () => {
    await configMap('versions');
    const named = (resourceVersion: string) =>
      patch(`${configMaps}/versions`, { metadata: { resourceVersion }, data: { a: 'c' } });
    assert.equal((await named('9999999999999999999')).status, 409);
    const tooLarge = await named('18446744073709551616');
    assert.equal(tooLarge.status, 500);
    assert.match(String(tooLarge.body['message']), /"18446744073709551616": value out of range$/);
    const put = (name: string, more: JsonObject) =>
      ask('PUT', `${configMaps}/${name}`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, resourceVersion: 'x', ...more },
      });
    assert.equal((await put('versions', {})).status, 500);
    assert.equal((await put('versions', { uid: 'another' })).status, 409);
    assert.equal((await put('absent-one', {})).status, 404);
  });
});

describe('managed fields', () => {
  it('are all forgotten when an update sends an empty list of them', async () => {
    await configMap('forget');
    await thing('forget');
    for (const path of [`${configMaps}/forget`, `${things}/forget`]) {
      assert.notEqual(metadata(await ask('GET', path))['managedFields'], undefined);
      const patched = await patch(path, { metadata: { managedFields: [] } });
      assert.equal(patched.status, 200);
      assert.equal(metadata(patched)['managedFields'], undefined);
      assert.equal(metadata(await ask('GET', path))['managedFields'], undefined);
    }
  });
});

describe('a patch', () => {
  it('copies null from where nothing is', async () => {
    await thing('copy', { a: 1 });
    const patched = await patch(
      `${things}/copy`,
      [{ op: 'copy', from: '/spec/none', path: '/spec/b' }],
      json,
    );
    assert.equal(patched.status, 200);
    const nowhere = [{ op: 'copy', from: '/none/below', path: '/spec/b' }];
    assert.equal((await patch(`${things}/copy`, nowhere, json)).status, 422);
    const whole = [{ op: 'copy', from: '', path: '/spec/b' }];
    assert.equal((await patch(`${things}/copy`, whole, json)).status, 422);
  });

  it('in the form of a merge brings no members that are null, also within lists', async () => {
    await thing('nulls');
    const spec = { list: [{ a: null, b: 1 }, null, [{ c: null }]] };
    const patched = await patch(`${things}/nulls`, { spec });
    assert.deepEqual(patched.body['spec'], { list: [{ b: 1 }, null, [{}]] });
    await configMap('nulls');
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'made', uid: 'u', unknown: null };
    const owned = await patch(`${configMaps}/nulls`, { metadata: { ownerReferences: [owner] } });
    assert.deepEqual([owned.status, owned.warning], [200, null]);
  });

  it('is first asked which object its result is, then which version', async () => {
    await thing('target');
    const moved = [{ op: 'move', from: '/metadata/name', path: '/metadata/resourceVersion' }];
    const nameless = await patch(`${things}/target`, moved, json);
    assert.equal(nameless.status, 400);
    assert.match(String(nameless.body['message']), /undeterminable: name must be provided$/);
    const elsewhere = { metadata: { namespace: 'other', resourceVersion: 'x' } };
    assert.equal((await patch(`${things}/target`, elsewhere)).status, 400);
    const unversioned = await patch(`${things}/target`, { metadata: { resourceVersion: null } });
    assert.equal(unversioned.status, 422);
    assert.equal(
      unversioned.body['message'],
      'things.example.com "target" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    );
  });

  it('leaves a custom resource its type', async () => {
    await thing('type');
    const messageOf = async (body: JsonObject) => {
      const { status, body: answer } = await patch(`${things}/type`, body);
      return `${status} ${answer['message']}`;
    };
    assert.equal(
      await messageOf({ apiVersion: 'other/v2', kind: 'Other' }),
      '422 Other.other "type" is invalid: [kind: Invalid value: "Other": must be Thing, apiVersion: Invalid value: "other/v2": must be example.com/v1]',
    );
    assert.match(
      await messageOf({ kind: null }),
      /^422 {2}"" is invalid: patch: .*Object 'Kind' is missing in/,
    );
    assert.match(
      await messageOf({ apiVersion: null }),
      /^500 Internal error occurred: Object 'apiVersion' is/,
    );
    assert.match(
      await messageOf({ apiVersion: 5 }),
      /cannot unmarshal number into Go struct field \.apiVersion/,
    );
  });

  it('that cannot be converted tells the name only of what has one', async () => {
    const apply = (name: unknown, more: JsonObject = {}) =>
      ask(
        'PATCH',
        `${configMaps}/applied?fieldManager=m`,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...more } },
        'application/apply-patch+yaml',
      );
    assert.match(
      String((await apply(5)).body['message']),
      /^failed to create typed patch object \(\/; \/v1, /,
    );
    const odd = await apply('applied', { deletionTimestamp: 'x' });
    assert.equal(odd.status, 500);
    assert.match(
      String(odd.body['message']),
      /^failed to convert new object \(\/applied; \/v1, Kind=ConfigMap\) to proper version: unable to convert unstructured object to \/v1, Kind=ConfigMap: parsing time "x"/,
    );
  });

  it('is applied from what was sent, however often somebody else was faster', async () => {
    await thing('rounds', { count: 0 });
    const append = [
      { op: 'add', path: '/spec/list', value: [] },
      { op: 'add', path: '/spec/list/-', value: 1 },
    ];
    for (let round = 0; round < 20; round++) {
      const writers = Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? server : second));
      const answers = await Promise.all(
        writers.map((writer, at) => {
          const own = [...append, { op: 'add', path: `/spec/by-${at}`, value: round }];
          return ask('PATCH', `${things}/rounds`, own, json, writer);
        }),
      );
      for (const { status } of answers) assert.equal(status, 200);
      const { spec } = (await ask('GET', `${things}/rounds`)).body;
      assert.ok(isObject(spec));
      assert.deepEqual(spec['list'], [1]);
    }
  });
});
