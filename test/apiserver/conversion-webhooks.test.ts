import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { objectAt, objectsAt, textAt } from '../../src/apimachinery/read.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { configMap, configMapPath, make, under } from './policies.ts';
import { type Asked, startWebhookServer, type WebhookAnswer, type WebhookServer } from './webhook-server.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const merge = 'application/merge-patch+json';
const apply = 'application/apply-patch+yaml';

/** `v1` has a host and a port, `v2` both in one text. */
function inOther(object: JsonObject, apiVersion: string): JsonObject {
  const { host, port, address } = objectAt(object, 'spec');
  const [first = '', second = ''] = String(address).split(':');
  const spec = apiVersion.endsWith('/v2')
    ? { address: `${String(host)}:${String(port)}` }
    : { host: first, port: second };
  return { ...object, apiVersion, spec };
}

function converted(asked: Asked, objects?: JsonObject[], more: JsonObject = {}): WebhookAnswer {
  const apiVersion = textAt(asked.request, 'desiredAPIVersion');
  const convertedObjects =
    objects ?? objectsAt(asked.request, 'objects').map((each) => inOther(each, apiVersion));
  const response = {
    uid: textAt(asked.request, 'uid'),
    convertedObjects,
    result: { status: 'Success' },
    ...more,
  };
  return { body: { kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', response } };
}

describe('conversion webhooks', () => {
  let test: TestServer;
  let webhooks: WebhookServer;

  before(async () => {
    test = await startTestServer();
    webhooks = await startWebhookServer();
  });

  after(async () => {
    await test.close();
    await webhooks.close();
  });

  async function send(method: string, path: string, body?: unknown, type = 'application/json') {
    const answer = await test.fetch(path, {
      method,
      headers: { 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  }

  /** Two served versions, of which the first is stored. */
  async function define(plural: string, path: string): Promise<(version: string) => string> {
    const version = (name: string, members: readonly string[], storage: boolean) => ({
      name,
      served: true,
      storage,
      subresources: { status: {} },
      selectableFields: [{ jsonPath: `.spec.${members[0]}` }],
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object',
              properties: Object.fromEntries(members.map((each) => [each, { type: 'string' }])),
            },
            status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      },
    });
    const kind = `${plural[0]?.toUpperCase()}${plural.slice(1, -1)}`;
    webhooks.on(path, converted);
    const { status, body } = await send('POST', definitions, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural, singular: plural.slice(0, -1), kind, listKind: `${kind}List` },
        versions: [version('v1', ['host', 'port'], true), version('v2', ['address'], false)],
        conversion: {
          strategy: 'Webhook',
          webhook: { conversionReviewVersions: ['v1'], clientConfig: webhooks.at(path) },
        },
      },
    });
    assert.equal(status, 201, JSON.stringify(body));
    return (name) => `/apis/example.com/${name}/namespaces/default/${plural}`;
  }

  function object(kind: string, name: string, version: string, spec: JsonObject): JsonObject {
    return { apiVersion: `example.com/${version}`, kind, metadata: { name }, spec };
  }

  it('are asked for every read and write of a version that is not stored', async () => {
    const home = await define('doors', '/doors');
    const made = await send('POST', home('v2'), object('Door', 'a', 'v2', { address: 'h:1' }));
    assert.equal(made.status, 201);
    assert.deepEqual([made.body.apiVersion, made.body.spec], ['example.com/v2', { address: 'h:1' }]);
    const stored = await send('GET', `${home('v1')}/a`);
    assert.deepEqual(
      [stored.body.apiVersion, stored.body.spec],
      ['example.com/v1', { host: 'h', port: '1' }],
    );
    const patched = await send('PATCH', `${home('v2')}/a`, { spec: { address: 'i:2' } }, merge);
    assert.deepEqual(patched.body.spec, { address: 'i:2' });
    const applied = object('Door', 'a', 'v2', { address: 'j:3' });
    const forced = await send('PATCH', `${home('v2')}/a?fieldManager=m&force=true`, applied, apply);
    assert.equal(forced.status, 200, JSON.stringify(forced.body));
    const status = await send('PATCH', `${home('v2')}/a/status`, { status: { open: true } }, merge);
    assert.deepEqual(status.body.status, { open: true });
    const put = await send('PUT', `${home('v2')}/a`, { ...status.body, spec: { address: 'k:4' } });
    assert.equal(put.status, 200, JSON.stringify(put.body));
    const after = await send('GET', `${home('v1')}/a`);
    assert.deepEqual([after.body.spec, after.body.status], [{ host: 'k', port: '4' }, { open: true }]);
    assert.equal((await send('DELETE', `${home('v2')}/a`)).status, 200);
    assert.equal((await send('GET', `${home('v1')}/a`)).status, 404);
  });

  it('are asked about all objects of a list at once, and once for each state of an object', async () => {
    const home = await define('gates', '/gates');
    for (const name of ['a', 'b', 'c']) {
      await send('POST', home('v1'), object('Gate', name, 'v1', { host: name, port: '1' }));
    }
    webhooks.asked.length = 0;
    const { body } = await send('GET', home('v2'));
    assert.deepEqual(
      objectsAt(body, 'items').map((each) => textAt(each, 'spec', 'address')),
      ['a:1', 'b:1', 'c:1'],
    );
    await send('GET', `${home('v2')}/a`);
    await send('GET', `${home('v2')}?limit=2`);
    assert.deepEqual(
      webhooks.asked.map(({ request }) => objectsAt(request, 'objects').length),
      [3],
    );
    const [one] = objectsAt(webhooks.asked[0]?.request, 'objects');
    assert.equal(textAt(one, 'apiVersion'), 'example.com/v1');
    const selected = await send('GET', `${home('v2')}?fieldSelector=spec.address%3Db%3A1`);
    assert.deepEqual(
      objectsAt(selected.body, 'items').map((each) => textAt(each, 'metadata', 'name')),
      ['b'],
    );
    const table = await test.fetch(home('v2'), {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    assert.equal(objectsAt(JSON.parse(await table.text()), 'rows').length, 3);
  });

  it('make what watchers of another version are told, in the order of the changes', async () => {
    const home = await define('ports', '/ports');
    await send('POST', home('v1'), object('Port', 'a', 'v1', { host: 'h', port: '1' }));
    const endpoint = await test.listen();
    const watch = await endpoint.watch(`${home('v2')}?watch=true`);
    const told = async () => {
      const event = await watch.next();
      return [
        textAt(event, 'type'),
        textAt(event, 'object', 'apiVersion'),
        textAt(event, 'object', 'spec', 'address'),
      ];
    };
    assert.deepEqual(await told(), ['ADDED', 'example.com/v2', 'h:1']);
    // The first conversion takes longer than all that follow.
    let calls = 0;
    webhooks.on('/ports', async (asked) => {
      if (++calls === 1) await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      return converted(asked);
    });
    for (const port of ['2', '3']) await send('PATCH', `${home('v1')}/a`, { spec: { port } }, merge);
    await send('DELETE', `${home('v1')}/a`);
    assert.deepEqual(await told(), ['MODIFIED', 'example.com/v2', 'h:2']);
    assert.deepEqual(await told(), ['MODIFIED', 'example.com/v2', 'h:3']);
    assert.deepEqual(await told(), ['DELETED', 'example.com/v2', 'h:3']);
    watch.close();
  });

  it('change labels and annotations, and nothing else of the metadata', async () => {
    const home = await define('locks', '/locks');
    webhooks.on('/locks', (asked) => {
      const [source = {}] = objectsAt(asked.request, 'objects');
      const other = inOther(source, textAt(asked.request, 'desiredAPIVersion'));
      const metadata = { ...objectAt(source, 'metadata'), labels: { made: 'yes' }, finalizers: ['x.y/z'] };
      return converted(asked, [{ ...other, metadata }]);
    });
    await send('POST', home('v1'), object('Lock', 'a', 'v1', { host: 'h', port: '1' }));
    const { body } = await send('GET', `${home('v2')}/a`);
    assert.deepEqual([body.metadata.labels, body.metadata.finalizers], [{ made: 'yes' }, undefined]);
  });

  it('are asked again for what was more than is kept, and a list of more than that is whole', async () => {
    const home = await define('walls', '/walls');
    const host = 'h'.repeat(1024 * 1024);
    const names = Array.from({ length: 36 }, (_, at) => `w${String(at).padStart(2, '0')}`);
    for (const name of names)
      await send('POST', home('v1'), object('Wall', name, 'v1', { host, port: name }));
    for (const _time of ['first', 'second']) {
      webhooks.asked.length = 0;
      const { body } = await send('GET', home('v2'));
      const told = objectsAt(body, 'items').map((each) => textAt(each, 'spec', 'address'));
      assert.deepEqual(
        told.map((each) => each.slice(host.length)),
        names.map((name) => `:${name}`),
      );
      assert.ok(webhooks.asked.length > 0);
    }
  });

  it('make the parameters of policies, which say what is wrong when they do not', async () => {
    const home = await define('bounds', '/bounds');
    await send('POST', home('v1'), object('Bound', 'a', 'v1', { host: 'h', port: '1' }));
    const spec = {
      paramKind: { apiVersion: 'example.com/v2', kind: 'Bound' },
      validations: [{ expression: 'object.data.address == params.spec.address' }],
    };
    const paramRef = { name: 'a', namespace: 'default', parameterNotFoundAction: 'Deny' };
    await under(test, { spec, bound: { paramRef } }, async () => {
      assert.equal((await make(test, configMapPath, configMap('right', { address: 'h:1' }))).status, 201);
      const wrong = await make(test, configMapPath, configMap('wrong', { address: 'h:2' }));
      assert.equal(wrong.status, 422, wrong.message);
      await send('PATCH', `${home('v1')}/a`, { spec: { port: '3' } }, merge);
      webhooks.on('/bounds', (asked) => converted(asked, []));
      const broken = await make(test, configMapPath, configMap('broken', { address: 'h:3' }));
      assert.equal(broken.status, 422);
      assert.match(
        broken.message,
        /failed to configure binding: conversion webhook for .* returned 0 objects/,
      );
    });
  });

  it('that answer wrongly fail the request in the words of the real server', async () => {
    const home = await define('bolts', '/bolts');
    await send('POST', home('v1'), object('Bolt', 'a', 'v1', { host: 'h', port: '1' }));
    const right = (asked: Asked): JsonObject => {
      const [source = {}] = objectsAt(asked.request, 'objects');
      return inOther(source, 'example.com/v2');
    };
    const renamed = (asked: Asked, change: JsonObject): JsonObject => {
      const made = right(asked);
      return { ...made, metadata: { ...objectAt(made, 'metadata'), ...change } };
    };
    const cases: readonly (readonly [(asked: Asked) => WebhookAnswer, string])[] = [
      [(asked) => converted(asked, []), 'returned 0 objects, expected 1'],
      [
        (asked) => converted(asked, undefined, { result: { status: 'Failure', message: 'not today' } }),
        'failed: not today',
      ],
      [
        (asked) => converted(asked, undefined, { result: { status: 'Odd' } }),
        "failed: response.result.status was 'Odd', not 'Success'",
      ],
      [
        (asked) => converted(asked, [{ ...right(asked), kind: 'Door' }]),
        'returned invalid object at index 0: invalid kind (expected Bolt, received Door)',
      ],
      [
        (asked) => converted(asked, [renamed(asked, { name: 'b' })]),
        'returned invalid object: must have the same name: a != b',
      ],
      [
        () => ({ status: 500, body: 'broken' }),
        'failed: an error on the server ("broken") has prevented the request from succeeding',
      ],
      [() => ({ hangsUp: true }), `failed: Post "https://127.0.0.1:${webhooks.port}/bolts?timeout=30s": EOF`],
    ];
    for (const [answer, why] of cases) {
      webhooks.on('/bolts', answer);
      const { status, body } = await send('GET', `${home('v2')}/a`);
      const message = `conversion webhook for example.com/v1, Kind=Bolt ${why}`;
      assert.deepEqual([status, body.message], [500, message]);
    }
    assert.equal((await send('GET', `${home('v1')}/a`)).status, 200);
  });
});
