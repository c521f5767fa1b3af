import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { metadataOf } from '../../src/apimachinery/metadata.ts';
import { bodyLimits } from '../../src/apiserver/answer/body.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { object, widgetCrd } from '../apiserver/crd/widgets.ts';
import { startTestServer, type TestServer } from '../apiserver/harness.ts';

const path = '/apis/example.com/v1/namespaces/default/widgets';

/** JSON text of so many objects, or lists, within each other. */
function nested(levels: number, open = '{"a":', close = '}'): string {
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
}

describe('an object as deep as is let in', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    const spec = object({}, { 'x-kubernetes-preserve-unknown-fields': true });
    await send(
      'POST',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      JSON.stringify(widgetCrd(spec)),
    );
    for (let tries = 0; tries < 200 && (await server.fetch(path)).status !== 200; tries++)
      await new Promise((resolve) => setImmediate(resolve));
  });
  after(() => server.close());

  async function send(method: string, to: string, body: string, type = 'application/json') {
    const answer = await server.fetch(to, { method, headers: { 'content-type': type }, body });
    // An object or a Status, as the server writes them.
    const value = (await answer.json()) as JsonObject;
    return { status: answer.status, value, message: String(value['message'] ?? '') };
  }

  /** The body of an object whose spec reaches the deepest level that is let in. */
  function deepest(name: string, levels = bodyLimits.nestingLevels - 2): string {
    return `{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"${name}"},"spec":{"d":${nested(levels)}}}`;
  }

  for (const [kind, open, close] of [
    ['objects', '{"a":', '}'],
    ['lists', '[', ']'],
    ['keyed lists', '[{"name":"n","a":', '}]'],
  ] as const) {
    it(`can be created, patched in every form, applied, read and deleted: ${kind}`, async () => {
      const name = kind.replace(' ', '-');
      const step = open.split(/[{[]/).length - 1;
      const spec = nested(Math.floor((bodyLimits.nestingLevels - 2) / step), open, close);
      const text = (n: string) =>
        `{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"${n}"},"spec":{"d":${spec}}}`;
      assert.equal((await send('POST', path, text(name))).status, 201);
      const own = `${path}/${name}`;
      const merge = 'application/merge-patch+json';
      assert.equal((await send('PATCH', own, '{"metadata":{"labels":{"a":"b"}}}', merge)).status, 200);
      assert.equal((await send('PATCH', own, `{"spec":{"d":${spec},"e":${spec}}}`, merge)).status, 200);
      const operations = `[{"op":"test","path":"/spec/d","value":${spec}},{"op":"copy","from":"/spec/d","path":"/spec/g"}]`;
      const copied = await send('PATCH', own, operations, 'application/json-patch+json');
      assert.equal(copied.status, 200, copied.message);
      const applied = await send(
        'PATCH',
        `${own}?fieldManager=m&force=true`,
        text(name),
        'application/apply-patch+yaml',
      );
      assert.equal(applied.status, 200, applied.message);
      const { resourceVersion } = metadataOf(applied.value);
      const next = text(name).replace('"metadata":{', `"metadata":{"resourceVersion":"${resourceVersion}",`);
      assert.equal((await send('PUT', own, next)).status, 200);
      for (const accept of [
        'application/yaml',
        'application/json;as=Table;v=v1;g=meta.k8s.io',
        'application/json',
      ])
        assert.equal((await server.fetch(own, { headers: { accept } })).status, 200, accept);
      const filtered = await send('POST', `${path}?fieldValidation=Strict&dryRun=All`, text(`${name}2`));
      assert.equal(filtered.status, 201);
      assert.equal((await server.fetch(own, { method: 'DELETE' })).status, 200);
    });
  }

  it('a level more is a 400 for every way in', async () => {
    const spec = nested(bodyLimits.nestingLevels + 1);
    assert.equal((await send('POST', path, deepest('plain', 1))).status, 201);
    const bodies = [
      ['application/merge-patch+json', `{"spec":${spec}}`],
      ['application/json-patch+json', `[{"op":"add","path":"/spec/d","value":${spec}}]`],
      ['application/apply-patch+yaml', deepest('plain', bodyLimits.nestingLevels)],
    ] as const;
    for (const [type, body] of bodies) {
      const answer = await send('PATCH', `${path}/plain?fieldManager=m`, body, type);
      assert.deepEqual([answer.status, /exceeded max depth/.test(answer.message)], [400, true], type);
    }
  });

  it('JSON patches do not make it deeper step by step', async () => {
    await send('POST', path, deepest('stairs', 1));
    const half = nested(300);
    const add = (at: string) => `{"op":"add","path":"${at}","value":${half}}`;
    const body = `[${add('/spec/d')},${add(`/spec/d${'/a'.repeat(299)}`)}]`;
    const answer = await send('PATCH', `${path}/stairs`, body, 'application/json-patch+json');
    assert.equal(answer.status, 422);
  });

  it('JSON patches do not make it larger by copying it into itself', async () => {
    await send('POST', path, deepest('copies', 1));
    const doubling = Array.from(
      { length: 40 },
      (_, i) => `{"op":"copy","from":"/spec","path":"/spec/x${i}"}`,
    );
    const answer = await send('PATCH', `${path}/copies`, `[${doubling}]`, 'application/json-patch+json');
    assert.equal(answer.status, 422);
  });

  it('a built-in kind is refused or served at that depth, never answered with 500', async () => {
    const text = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"z":${nested(bodyLimits.nestingLevels - 2)}}`;
    assert.equal((await send('POST', '/api/v1/namespaces/default/configmaps', text)).status, 201);
    const patch = `{"z":${nested(bodyLimits.nestingLevels - 2)}}`;
    for (const type of ['merge-patch+json', 'strategic-merge-patch+json'])
      assert.equal(
        (await send('PATCH', '/api/v1/namespaces/default/configmaps/a', patch, `application/${type}`)).status,
        200,
      );
  });
});
