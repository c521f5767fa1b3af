import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { at } from '../../src/apimachinery/read.ts';
import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

interface VersionSpec {
  readonly [member: string]: Json | undefined;
}

/** A definition `{plural}.example.com` with one version, or with those given. */
function definitionOf(
  plural: string,
  schema: JsonObject,
  version: VersionSpec = {},
  others: JsonObject[] = [],
) {
  const kind = plural.charAt(0).toUpperCase() + plural.slice(1, -1);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, singular: plural.slice(0, -1), kind, listKind: `${kind}List` },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version },
        ...others,
      ],
    },
  };
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const home = (plural: string, version = 'v1') => `/apis/example.com/${version}/namespaces/default/${plural}`;
const merge = 'application/merge-patch+json';

describe('a custom resource', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  async function send(method: string, path: string, body?: Json, type = 'application/json') {
    const text = body === undefined ? '' : JSON.stringify(body);
    const init = { method, headers: { 'content-type': type }, ...(text !== '' && { body: text }) };
    const answer = await server.fetch(path, init);
    const value: Json = JSON.parse(await answer.text());
    const object: JsonObject = isObject(value) ? value : {};
    return { status: answer.status, value: object, warnings: answer.headers.get('warning') ?? '' };
  }

  const object = (kind: string, name: string, rest: JsonObject = {}): JsonObject => ({
    apiVersion: 'example.com/v1',
    kind,
    metadata: { name },
    ...rest,
  });

  it('gets the default of its status when it is created', async () => {
    const conditions = [{ type: 'Ready', status: 'Unknown' }];
    const status = { type: 'object', default: { conditions }, 'x-kubernetes-preserve-unknown-fields': true };
    const schema = { type: 'object', properties: { spec: { type: 'object' }, status } };
    assert.equal(
      (await send('POST', definitions, definitionOf('gates', schema, { subresources: { status: {} } })))
        .status,
      201,
    );
    const made = await send('POST', home('gates'), object('Gate', 'a', { status: { mine: true } }));
    assert.deepEqual(made.value['status'], { conditions });
    assert.deepEqual((await send('GET', `${home('gates')}/a`)).value['status'], { conditions });
  });

  it('of a definition that is being deleted may change and go, but no new one comes', async () => {
    assert.equal((await send('POST', definitions, definitionOf('ends', { type: 'object' }))).status, 201);
    const held = { ...object('End', 'x'), metadata: { name: 'x', finalizers: ['a.b/c'] } };
    assert.equal((await send('POST', home('ends'), held)).status, 201);
    assert.equal((await send('DELETE', `${definitions}/ends.example.com`)).status, 200);
    const terminating = await definitionOnce('ends', ({ last }) => last['type'] === 'Terminating');
    const { lastTransitionTime: _since, ...condition } = terminating;
    assert.deepEqual(condition, {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionInProgress',
      message: 'CustomResource deletion is in progress',
    });
    const why = 'is forbidden: create not allowed while custom resource definition is terminating';
    const late = await send('POST', home('ends'), object('End', 'y'));
    assert.equal(late.status, 403);
    assert.equal(late.value['message'], `ends.example.com "y" ${why}`);
    const applied = await send(
      'PATCH',
      `${home('ends')}/z?fieldManager=m`,
      object('End', 'z'),
      'application/apply-patch+yaml',
    );
    assert.equal(applied.value['message'], `ends.example.com "z" ${why}`);
    assert.equal(
      (await send('PATCH', `${home('ends')}/x`, { metadata: { labels: { a: 'b' } } }, merge)).status,
      200,
    );
    assert.equal(
      (await send('PATCH', `${home('ends')}/x`, { metadata: { finalizers: null } }, merge)).status,
      200,
    );
    await definitionOnce('ends', ({ status }) => status === 404);
  });

  /** Reads a definition until it is as asked; answers its last condition. */
  async function definitionOnce(
    plural: string,
    holds: (answer: { readonly status: number; readonly last: JsonObject }) => boolean,
  ): Promise<JsonObject> {
    for (;;) {
      const { status, value } = await send('GET', `${definitions}/${plural}.example.com`);
      const conditions = isObject(value['status']) ? value['status']['conditions'] : undefined;
      const found = Array.isArray(conditions) ? conditions.at(-1) : undefined;
      const last = isObject(found) ? found : {};
      if (holds({ status, last })) return last;
      await new Promise((later) => setTimeout(later, 10));
    }
  }

  it('in a deprecated version warns whoever asks', async () => {
    const old = {
      name: 'v1alpha1',
      served: true,
      storage: false,
      deprecated: true,
      schema: { openAPIV3Schema: { type: 'object' } },
    };
    const own = { ...old, name: 'v1alpha2', deprecationWarning: 'old' };
    assert.equal(
      (await send('POST', definitions, definitionOf('olds', { type: 'object' }, {}, [old, own]))).status,
      201,
    );
    assert.equal((await send('GET', home('olds'))).warnings, '');
    assert.equal(
      (await send('GET', home('olds', 'v1alpha1'))).warnings,
      '299 - "example.com/v1alpha1 Old is deprecated; use example.com/v1 Old"',
    );
    assert.equal((await send('GET', home('olds', 'v1alpha2'))).warnings, '299 - "old"');
  });

  it('written under an earlier schema is filled and pruned by the one served now, wherever it is read', async () => {
    const schemaOf = (properties: JsonObject) => ({
      type: 'object',
      properties: { spec: { type: 'object', properties } },
    });
    const text = { type: 'string' };
    const before = definitionOf('shapes', schemaOf({ a: text, gone: text }));
    assert.equal((await send('POST', definitions, before)).status, 201);
    const made = await send('POST', home('shapes'), object('Shape', 'x', { spec: { a: '1', gone: '2' } }));
    assert.deepEqual(made.value['spec'], { a: '1', gone: '2' });
    const withDefault = schemaOf({ a: text, b: { type: 'string', default: 'bb' } });
    const spec = {
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: withDefault } }],
    };
    assert.equal((await send('PATCH', `${definitions}/shapes.example.com`, { spec }, merge)).status, 200);
    const expected = { a: '1', b: 'bb' };
    const read = await send('GET', `${home('shapes')}/x`);
    assert.deepEqual(read.value['spec'], expected);
    assert.equal(
      at(read.value, 'metadata', 'resourceVersion'),
      at(made.value, 'metadata', 'resourceVersion'),
    );
    const { items } = (await send('GET', home('shapes'))).value;
    assert.ok(Array.isArray(items) && isObject(items[0]));
    assert.deepEqual(items[0]['spec'], expected);
    const endpoint = await server.listen();
    const watch = await endpoint.watch(`${home('shapes')}?watch=true`);
    assert.deepEqual(at((await watch.next()) ?? {}, 'object', 'spec'), expected);
    const labelled = await send('PATCH', `${home('shapes')}/x`, { metadata: { labels: { l: '1' } } }, merge);
    assert.equal(labelled.warnings, '');
    assert.deepEqual(labelled.value['spec'], expected);
    assert.equal(at(labelled.value, 'metadata', 'generation'), 1);
    assert.deepEqual(at((await watch.next()) ?? {}, 'object', 'spec'), expected);
    watch.close();
  });

  it('shows a removed field again when its schema comes back before anybody wrote', async () => {
    const schemaOf = (properties: JsonObject) => ({
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties } },
        },
      ],
    });
    const wide = { type: 'object', properties: { kept: { type: 'string' } } };
    const spec = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    assert.equal(
      (await send('POST', definitions, definitionOf('turns', { ...wide, properties: { spec } }))).status,
      201,
    );
    await send('POST', home('turns'), object('Turn', 'x', { spec: { n: 7 } }));
    const place = `${definitions}/turns.example.com`;
    await send('PATCH', place, { spec: schemaOf({ spec: { type: 'object' } }) }, merge);
    assert.deepEqual((await send('GET', `${home('turns')}/x`)).value['spec'], {});
    await send('PATCH', place, { spec: schemaOf({ spec }) }, merge);
    assert.deepEqual(Object.keys((await send('GET', `${home('turns')}/x`)).value['spec'] ?? {}), ['n']);
  });

  it('whose webhook cannot be reached is served in the version it was stored in, and refused in others', async () => {
    const other = {
      name: 'v2',
      served: true,
      storage: false,
      schema: { openAPIV3Schema: { type: 'object' } },
      subresources: { status: {} },
    };
    const definition = definitionOf('hooks', { type: 'object' }, {}, [other]);
    const webhook = {
      conversionReviewVersions: ['v1'],
      clientConfig: { service: { name: 's', namespace: 'default' } },
    };
    const spec = { ...definition.spec, conversion: { strategy: 'Webhook', webhook } };
    const defined = await send('POST', definitions, { ...definition, spec });
    assert.equal(defined.status, 201);
    assert.equal(defined.warnings, '');
    const [v1, v2] = [home('hooks'), home('hooks', 'v2')];
    const inV2 = (name: string) => ({ ...object('Hook', name), apiVersion: 'example.com/v2' });
    const apply = 'application/apply-patch+yaml';
    const refused = async (version: string, asks: (readonly [string, string, Json?, string?])[]) => {
      for (const [method, path, body, type] of asks) {
        const { status, value } = await send(method, path, body, type);
        const message = `conversion webhook for example.com/${version}, Kind=Hook failed: Post "https://s.default.svc:443/?timeout=30s": service "s" not found`;
        const { message: said, reason } = value;
        assert.deepEqual([status, said, reason], [500, message, undefined], `${method} ${path}`);
      }
    };

    assert.deepEqual((await send('GET', v2)).value['items'], []);
    await refused('v2', [
      ['POST', v2, inV2('a')],
      ['POST', `${v2}?dryRun=All`, inV2('a')],
      ['PATCH', `${v2}/a?fieldManager=m`, inV2('a'), apply],
    ]);
    const made = await send('POST', v1, object('Hook', 'a'));
    assert.deepEqual([made.status, made.warnings], [201, '']);
    await refused('v1', [
      ['GET', v2],
      ['GET', `${v2}?limit=1`],
      ['GET', '/apis/example.com/v2/hooks'],
      ['GET', `${v2}/a`],
      ['GET', `${v2}/a/status`],
      ['PUT', `${v2}/a`, inV2('a')],
      ['PATCH', `${v2}/a`, { metadata: { labels: { a: 'b' } } }, merge],
      ['PATCH', `${v2}/a?fieldManager=m`, inV2('a'), apply],
      ['DELETE', `${v2}/a`],
      ['DELETE', v2],
    ]);
    assert.equal((await send('GET', `${v2}/nope`)).status, 404);
    const watch = await send('GET', `${v2}?watch=true`);
    assert.deepEqual([watch.status, watch.value['reason']], [429, 'TooManyRequests']);
    assert.match(
      String(watch.value['message']),
      /^storage is \(re\)initializing: failed to list example.com\/v2/,
    );
    assert.equal((await send('PATCH', `${v1}/a`, { metadata: { labels: { a: 'b' } } }, merge)).status, 200);

    const moved = [
      { ...spec.versions[0], storage: false },
      { ...other, storage: true },
    ];
    const place = `${definitions}/hooks.example.com`;
    assert.equal((await send('PATCH', place, { spec: { versions: moved } }, merge)).status, 200);
    assert.equal((await send('POST', v2, inV2('b'))).status, 201);
    assert.equal((await send('GET', `${v1}/a`)).status, 200);
    assert.equal((await send('GET', `${v2}/b`)).value['apiVersion'], 'example.com/v2');
    await refused('v2', [['GET', `${v1}/b`]]);
    await refused('v1', [
      ['GET', `${v2}/a`],
      ['PATCH', `${v1}/a`, { metadata: { labels: { a: 'c' } } }, merge],
    ]);
    assert.equal((await send('DELETE', place)).status, 200);
    await definitionOnce('hooks', ({ status }) => status === 404);
  });

  it('that nobody converts ends the watch of another version with the reason', async () => {
    const other = {
      name: 'v2',
      served: true,
      storage: false,
      schema: { openAPIV3Schema: { type: 'object' } },
    };
    const definition = definitionOf('quits', { type: 'object' }, {}, [other]);
    const webhook = { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://h.example.com/c' } };
    const spec = { ...definition.spec, conversion: { strategy: 'Webhook', webhook } };
    assert.equal((await send('POST', definitions, { ...definition, spec })).status, 201);
    const endpoint = await server.listen();
    const watch = await endpoint.watch(`${home('quits', 'v2')}?watch=true`);
    const right = await endpoint.watch(`${home('quits')}?watch=true`);
    assert.equal((await send('POST', home('quits'), object('Quit', 'a'))).status, 201);
    const told = (await watch.next()) ?? {};
    assert.deepEqual([told['type'], at(told, 'object', 'code')], ['ERROR', 500]);
    assert.match(String(at(told, 'object', 'message')), /Post "https:\/\/h.example.com\/c\?timeout=30s"/);
    assert.equal(await watch.next(), undefined);
    assert.equal((await right.next())?.['type'], 'ADDED');
    right.close();
  });

  it('without a name is nobody that a write could mean', async () => {
    assert.equal((await send('POST', definitions, definitionOf('names', { type: 'object' }))).status, 201);
    const nameless = { apiVersion: 'example.com/v1', kind: 'Name' };
    const apply = 'application/apply-patch+yaml';
    const expected = 'the name of the object (a based on URL) was undeterminable: name must be provided';
    const fresh = await send('PATCH', `${home('names')}/a?fieldManager=m`, nameless, apply);
    assert.deepEqual([fresh.status, fresh.value['message']], [400, expected]);
    assert.equal((await send('POST', home('names'), object('Name', 'a'))).status, 201);
    assert.equal((await send('PATCH', `${home('names')}/a?fieldManager=m`, nameless, apply)).status, 200);
    for (const [method, body, type] of [
      ['PUT', nameless, 'application/json'],
      ['PATCH', { metadata: null }, merge],
      ['PATCH', { metadata: { name: null } }, merge],
    ] as const) {
      const answer = await send(method, `${home('names')}/a`, body, type);
      assert.deepEqual([answer.status, answer.value['message']], [400, expected]);
    }
    const maps = '/api/v1/namespaces/default/configmaps';
    await send('POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
    const strategic = 'application/strategic-merge-patch+json';
    const gone = await send('PATCH', `${maps}/a`, { metadata: { $patch: 'delete' } }, strategic);
    assert.deepEqual([gone.status, gone.value['message']], [400, expected]);
  });
});

describe('names that every JavaScript object has', () => {
  const inherited = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'];
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  it('are keys like any other, through every kind of write', async () => {
    const data = Object.fromEntries(inherited.map((name) => [name, name]));
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm', labels: data, annotations: data },
      data,
    };
    const path = '/api/v1/namespaces/default/configmaps';
    const send = (method: string, place: string, body: Json, type = 'application/json') =>
      server.fetch(place, { method, headers: { 'content-type': type }, body: JSON.stringify(body) });
    assert.equal((await send('POST', path, map)).status, 201);
    const changed = Object.fromEntries(inherited.map((name) => [name, `${name}2`]));
    for (const [type, query] of [
      ['application/merge-patch+json', ''],
      ['application/strategic-merge-patch+json', ''],
      ['application/apply-patch+yaml', '?fieldManager=m&force=true'],
    ] as const) {
      for (const values of [data, changed]) {
        const body = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'm', labels: values, annotations: values },
          data: values,
        };
        const answer = await send('PATCH', `${path}/m${query}`, body, type);
        const value: Json = JSON.parse(await answer.text());
        assert.equal(answer.status, 200, JSON.stringify(value));
        assert.deepEqual(at(value, 'data'), values);
        assert.deepEqual(at(value, 'metadata', 'labels'), values);
        assert.deepEqual(at(value, 'metadata', 'annotations'), values);
      }
    }
  });

  it('name no subresource', async () => {
    for (const name of [...inherited, '__proto__']) {
      for (const path of [
        `/api/v1/namespaces/default/pods/x/${name}`,
        `/api/v1/namespaces/default/${name}`,
        `/apis/${name}/v1/pods`,
      ]) {
        assert.equal((await server.fetch(path)).status, 404, path);
      }
    }
  });
});
