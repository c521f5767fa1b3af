import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { at } from '../../src/apimachinery/read.ts';
import { isObject, type Json, type JsonObject, systemClock, systemRandom } from '../../src/base/index.ts';
import { createAuthority } from '../../src/http/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { n: { type: 'integer' } } } },
          },
        },
      },
    ],
  },
};

const things = '/apis/example.com/v1/namespaces/default/things';
const maps = '/api/v1/namespaces/default/configmaps';

describe('what a body says of an object', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    const made = await send(
      'POST',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      JSON.stringify(definition),
    );
    assert.equal(made.status, 201);
  });
  after(() => server.close());

  async function send(method: string, path: string, body: string, type = 'application/json') {
    const answer = await server.fetch(path, { method, headers: { 'content-type': type }, body });
    const value: Json = JSON.parse(await answer.text());
    const warnings = answer.headers.get('warning') ?? '';
    const object: JsonObject = isObject(value) ? value : {};
    return { status: answer.status, value: object, message: String(object['message']), warnings };
  }

  const thing = (metadata: string) =>
    `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a",${metadata}},"spec":{}}`;

  it('is refused in the words of etcd where an object is larger than a store takes', async () => {
    const free = structuredClone(definition);
    free.metadata.name = 'blobs.example.com';
    free.spec.names = { plural: 'blobs', singular: 'blob', kind: 'Blob', listKind: 'BlobList' };
    Object.assign(free.spec.versions[0]?.schema.openAPIV3Schema ?? {}, {
      'x-kubernetes-preserve-unknown-fields': true,
    });
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    assert.equal((await send('POST', path, JSON.stringify(free))).status, 201);
    const blobs = '/apis/example.com/v1/namespaces/default/blobs';
    const blob = (name: string, bytes: number) =>
      `{"apiVersion":"example.com/v1","kind":"Blob","metadata":{"name":"${name}"},"data":"${'x'.repeat(bytes)}"}`;
    const message = 'etcdserver: request is too large';
    const tooLarge = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      code: 500,
    };
    const refused = await send('POST', blobs, blob('large', 1600 * 1024));
    assert.deepEqual([refused.status, refused.value], [500, tooLarge]);
    assert.equal((await send('POST', blobs, blob('fits', 1500 * 1024))).status, 201);
    const grown = JSON.stringify({ more: 'x'.repeat(200 * 1024) });
    const patched = await send('PATCH', `${blobs}/fits`, grown, 'application/merge-patch+json');
    assert.deepEqual([patched.status, patched.value], [500, tooLarge]);
    assert.equal(
      (
        await server.client.get(
          { group: 'example.com', version: 'v1', resource: 'blobs' },
          { name: 'fits', namespace: 'default' },
        )
      )['more'],
      undefined,
    );
  });

  it('is refused for metadata that no object has, custom resources too', async () => {
    const cases = [
      ['"labels":{"a":1}', 'number into Go struct field ObjectMeta.labels of type string'],
      ['"annotations":{"a":true}', 'bool into Go struct field ObjectMeta.annotations of type string'],
      ['"labels":[]', 'array into Go struct field ObjectMeta.labels of type map[string]string'],
      ['"finalizers":[1]', 'number into Go struct field ObjectMeta.finalizers of type string'],
      [
        '"ownerReferences":{}',
        'object into Go struct field ObjectMeta.ownerReferences of type []v1.OwnerReference',
      ],
      [
        '"ownerReferences":[{"uid":1}]',
        'number into Go struct field OwnerReference.ownerReferences.uid of type types.UID',
      ],
      ['"generation":"x"', 'string into Go struct field ObjectMeta.generation of type int64'],
      ['"generation":1.5', 'number 1.5 into Go struct field ObjectMeta.generation of type int64'],
      ['"uid":1', 'number into Go struct field ObjectMeta.uid of type types.UID'],
      ['"resourceVersion":5', 'number into Go struct field ObjectMeta.resourceVersion of type string'],
    ] as const;
    for (const [metadata, expected] of cases) {
      const { status, message } = await send('POST', things, thing(metadata));
      assert.equal(status, 400);
      assert.equal(
        message,
        `Thing in version "v1" cannot be handled as a Thing: json: cannot unmarshal ${expected}`,
      );
    }
    const list = await send('POST', things, '{"apiVersion":"example.com/v1","kind":"Thing","metadata":[]}');
    assert.match(list.message, /json: cannot unmarshal array into Go value of type v1\.ObjectMeta$/);
  });

  it('holds for patches of custom resources', async () => {
    assert.equal((await send('POST', things, thing('"labels":{"b":null},"annotations":null'))).status, 201);
    const wrong = '{"metadata":{"labels":{"a":1}}}';
    const patched = await send('PATCH', `${things}/a`, wrong, 'application/merge-patch+json');
    assert.equal(patched.status, 422);
    assert.match(
      patched.message,
      /cannot unmarshal number into Go struct field ObjectMeta\.labels of type string$/,
    );
    const unknown = await send(
      'PATCH',
      `${things}/a`,
      '{"metadata":{"foo":1}}',
      'application/merge-patch+json',
    );
    assert.equal(unknown.warnings, '299 - "unknown field \\"metadata.foo\\""');
    assert.equal(at(unknown.value, 'metadata', 'foo'), undefined);
    assert.deepEqual(at(unknown.value, 'metadata', 'labels'), { b: '' });
    assert.equal(at(unknown.value, 'metadata', 'annotations'), undefined);
  });

  it('of a TLS secret is told when its key does not fit, and kept all the same', async () => {
    const authority = (name: string) =>
      createAuthority({ commonName: name, clock: systemClock, random: systemRandom });
    const [one, other] = [authority('one'), authority('other')];
    const encoded = (text: string) => Buffer.from(text).toString('base64');
    const cut = one.privateKeyPem.replace(/\n.*\n-----END/, '\n-----END');
    for (const [name, certificate, key, warning] of [
      ['whole', one.certificatePem, one.privateKeyPem, ''],
      ['strange', one.certificatePem, other.privateKeyPem, 'tls: private key does not match public key'],
      ['cut', one.certificatePem, cut, 'tls: failed to parse private key'],
      ['keyless', one.certificatePem, 'x', 'tls: failed to find any PEM data in key input'],
    ] as const) {
      const made = await send(
        'POST',
        '/api/v1/namespaces/default/secrets',
        JSON.stringify({
          ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'kubernetes.io/tls' },
          data: { 'tls.crt': encoded(certificate), 'tls.key': encoded(key) },
        }),
      );
      assert.deepEqual([made.status, made.warnings], [201, warning && `299 - "${warning}"`], name);
    }
  });

  it('with a warning for each of very many members is answered with some four thousand characters of them', async () => {
    const members = Array.from({ length: 80 }, (_, n) => `"${'x'.repeat(200)}${n}":1`).join();
    const map = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"warned"},${members}}`;
    const { status, warnings } = await send('POST', maps, map);
    assert.equal(status, 201);
    assert.ok(warnings.length > 4_000 && warnings.length < 5_000, `${warnings.length} characters`);
  });

  it('with an escape that JSON does not know is refused with the character', async () => {
    const map = (text: string) =>
      `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"e"},"data":{"a":"${text}"}}`;
    for (const [text, problem] of [
      ['\\q', /invalid character 'q' in string escape code/],
      ['\\u12g4', /invalid character 'g' in \\u hexadecimal character escape/],
    ] as const) {
      const refused = await send('POST', maps, map(text));
      assert.equal(refused.status, 400, refused.message);
      assert.match(refused.message, problem);
    }
    const made = await send('POST', maps, map('\\u00e9\\n\\/'));
    assert.deepEqual(made.value['data'], { a: 'é\n/' });
  });

  it('names an owner once, and tells who named it twice', async () => {
    const owner = '{"apiVersion":"v1","kind":"Pod","name":"a","uid":"u1"}';
    const other = '{"apiVersion":"v1","kind":"Pod","name":"b","uid":"u1"}';
    const map = (owners: string) =>
      `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"o","ownerReferences":[${owners}]}}`;
    const made = await send('POST', maps, map(`${owner},${other},${owner}`));
    assert.deepEqual(at(made.value, 'metadata', 'ownerReferences'), [JSON.parse(owner), JSON.parse(other)]);
    assert.match(
      made.warnings,
      /ownerReferences contains duplicate entries; .*duplicate UID\(s\) observed: u1/,
    );
    const put = await send('PUT', `${maps}/o`, map(`${owner},${owner}`));
    assert.deepEqual(at(put.value, 'metadata', 'ownerReferences'), [JSON.parse(owner)]);
    const patch = `{"metadata":{"ownerReferences":[${other},${other}]}}`;
    const patched = await send('PATCH', `${maps}/o`, patch, 'application/merge-patch+json');
    assert.deepEqual(at(patched.value, 'metadata', 'ownerReferences'), [JSON.parse(other)]);
    assert.match(patched.warnings, /duplicate entries after mutating admission happens; /);
  });

  it('that stands twice is told of, or refused when validation is strict', async () => {
    const map =
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"data":{"a":"1","a":"2"},"x":{"y":1,"y":2}}';
    const strict = await send('POST', `${maps}?fieldValidation=Strict`, map);
    assert.equal(strict.status, 400);
    assert.match(strict.message, /: strict decoding error: duplicate field "data\.a", unknown field "x"$/);
    const warned = await send('POST', maps, map);
    assert.deepEqual(warned.value['data'], { a: '2' });
    assert.equal(warned.warnings, '299 - "duplicate field \\"data.a\\"", 299 - "unknown field \\"x\\""');
    assert.equal((await send('PUT', `${maps}/d?fieldValidation=Ignore`, map)).warnings, '');
    const twice =
      '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"},"spec":{"n":1,"n":2}}';
    assert.match(
      (await send('POST', `${things}?fieldValidation=Strict`, twice)).message,
      /duplicate field "spec\.n"$/,
    );
    assert.equal((await send('POST', things, twice)).warnings, '299 - "duplicate field \\"spec.n\\""');
    const annotated = JSON.stringify({
      ...JSON.parse(twice),
      metadata: { name: 'u', annotations: { a: twice, 'b\\': '":' } },
    });
    assert.equal((await send('POST', things, annotated)).warnings, '');
  });

  it('that stands twice in a patch is told of in the words of each form', async () => {
    assert.equal(
      (await send('POST', maps, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"p"}}')).status,
      201,
    );
    const body = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"p"},"data":{"a":"1","a":"2"}}';
    const forms = ['merge-patch+json', 'strategic-merge-patch+json'];
    for (const form of forms) {
      const strict = await send('PATCH', `${maps}/p?fieldValidation=Strict`, body, `application/${form}`);
      assert.equal(strict.status, 422);
      assert.match(strict.message, /strict decoding error: duplicate field "data\.a"$/);
      const warned = await send('PATCH', `${maps}/p`, body, `application/${form}`);
      assert.equal(warned.warnings, '299 - "duplicate field \\"data.a\\""');
    }
    const operations = '[{"op":"add","path":"/data","value":{"a":"1","a":"2"}}]';
    const patched = await send(
      'PATCH',
      `${maps}/p?fieldValidation=Strict`,
      operations,
      'application/json-patch+json',
    );
    assert.match(patched.message, /strict decoding error: duplicate field "data\.a"$/);
    const apply = 'application/apply-patch+yaml';
    const applied = await send('PATCH', `${maps}/p?fieldManager=m&fieldValidation=Strict`, body, apply);
    assert.equal(applied.status, 400);
    assert.equal(
      applied.message,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 1: key "a" already set in map',
    );
    const told = await send('PATCH', `${maps}/p?fieldManager=m&force=true`, body, apply);
    assert.equal(told.warnings, '299 - "line 1: key \\"a\\" already set in map"');
  });

  it('of a delete is its options and nothing else', async () => {
    for (const [body, message] of [
      [
        '{"kind":"Pod","apiVersion":"v1"}',
        'no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:110"',
      ],
      [
        '{"gracePeriodSeconds":1.0}',
        'json: cannot unmarshal number 1.0 into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
      ],
    ] as const) {
      const answer = await send('DELETE', `${maps}/p`, body);
      assert.equal(answer.status, 500);
      assert.equal(answer.message, message);
    }
    assert.equal(
      (await send('DELETE', `${maps}/p`, '{"kind":"DeleteOptions","apiVersion":"v1"}')).status,
      200,
    );
  });
});
