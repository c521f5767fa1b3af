import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isObject, type JsonObject, parseJson } from '../../src/base/index.ts';
import { decodeProtobuf } from '../../src/kinds/protobuf/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'nums.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'nums', singular: 'num', kind: 'Num', listKind: 'NumList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        additionalPrinterColumns: [{ name: 'N', type: 'integer', jsonPath: '.spec.n' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  n: {
                    type: 'integer',
                    'x-kubernetes-validations': [{ rule: 'self != 9007199254740997' }],
                  },
                  f: { type: 'number' },
                  set: { type: 'array', items: { type: 'integer' }, 'x-kubernetes-list-type': 'set' },
                  any: { 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
            },
          },
        },
      },
    ],
  },
};

const json = 'application/json';
const merge = 'application/merge-patch+json';
const home = '/apis/example.com/v1/namespaces/default/nums';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

const num = (name: string, spec: string) =>
  `{"apiVersion":"example.com/v1","kind":"Num","metadata":{"name":"${name}"},"spec":${spec}}`;
const deployment = (replicas: string) =>
  `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":${replicas},"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}`;

describe('numbers', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    assert.equal(
      (
        await send(
          'POST',
          '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
          JSON.stringify(definition),
        )
      ).status,
      201,
    );
  });
  after(() => server.close());

  async function send(method: string, path: string, body: string, type = json, accept = json) {
    const headers = { 'content-type': type, accept };
    const answer = await server.fetch(path, { method, headers, ...(method !== 'GET' && { body }) });
    const text = await answer.text();
    const value = accept === json ? parseJson(text) : {};
    return { status: answer.status, text, value: isObject(value) ? value : {} };
  }

  const specText = (text: string) => /"spec":(\{[^}]*\})/.exec(text)?.[1];
  const specOf = ({ spec }: JsonObject) => (isObject(spec) ? spec : {});

  it('of 64 bits are kept to the digit through every way in and out', async () => {
    const large = 9007199254740993n;
    assert.equal((await send('POST', home, num('a', `{"n":${large}}`))).status, 201);
    const answers = [
      await send('GET', `${home}/a`, ''),
      await send('PATCH', `${home}/a`, '{"metadata":{"labels":{"x":"y"}}}', merge),
      await send(
        'PATCH',
        `${home}/a`,
        `[{"op":"test","path":"/spec/n","value":${large}},{"op":"replace","path":"/spec/n","value":${large + 2n}}]`,
        'application/json-patch+json',
      ),
      await send(
        'PATCH',
        `${home}/a?fieldManager=m&force=true`,
        num('a', `{"n":${large + 6n},"set":[${large},${large + 1n}]}`),
        'application/apply-patch+yaml',
      ),
      await send(
        'PATCH',
        `${home}/a?fieldManager=m`,
        `{apiVersion: example.com/v1, kind: Num, metadata: {name: a}, spec: {'n': ${large + 8n}}}`,
        'application/apply-patch+yaml',
      ),
    ];
    assert.deepEqual(
      answers.map(({ value }) => specOf(value)['n']),
      [large, large, large + 2n, large + 6n, large + 8n],
    );
    const current = await send('GET', `${home}/a`, '');
    const replaced = await send(
      'PUT',
      `${home}/a`,
      current.text.replace(String(large + 8n), '-9223372036854775808'),
    );
    assert.equal(specOf(replaced.value)['n'], -(2n ** 63n));
    assert.match((await send('GET', home, '')).text, /"n":-9223372036854775808/);
    assert.match(
      (await send('GET', `${home}/a`, '', json, 'application/yaml')).text,
      /"n": -9223372036854775808\n/,
    );
    const table = await send('GET', home, '', json, 'application/json;as=Table;v=v1;g=meta.k8s.io');
    assert.match(table.text, /"cells":\["a",-9223372036854775808\]/);
  });

  it('that stay the same change nothing: no new version, no conflict', async () => {
    const spec = '{"n":9007199254740995,"set":[9007199254740993,9007199254740995]}';
    const made = await send('POST', home, num('same', spec));
    const again = await send('PUT', `${home}/same`, made.text);
    assert.deepEqual(again.value['metadata'], made.value['metadata']);
    const apply = 'application/apply-patch+yaml';
    const other = await send('PATCH', `${home}/same?fieldManager=b`, num('same', spec), apply);
    assert.equal(other.status, 200);
    const near = await send(
      'PATCH',
      `${home}/same?fieldManager=c`,
      num('same', '{"n":9007199254740994}'),
      apply,
    );
    assert.equal(near.status, 409);
  });

  it('reach rules of a schema to the digit', async () => {
    assert.equal((await send('POST', home, num('r1', '{"n":9007199254740997}'))).status, 422);
    assert.equal((await send('POST', home, num('r2', '{"n":9007199254740996}'))).status, 201);
  });

  it('of a custom resource are taken, refused and printed as the real server does', async () => {
    const cases: [string, number, string][] = [
      ['{"n":2.0}', 201, '{"n":2}'],
      ['{"n":1e3}', 201, '{"n":1000}'],
      ['{"f":1.0}', 201, '{"f":1}'],
      ['{"f":-0.0}', 201, '{"f":0}'],
      ['{"f":1e21}', 201, '{"f":1e+21}'],
      ['{"f":1e20}', 201, '{"f":100000000000000000000}'],
      ['{"f":9007199254740993}', 201, '{"f":9007199254740993}'],
      ['{"f":123456789012345678901234567890}', 201, '{"f":1.2345678901234568e+29}'],
      ['{"f":1e-400}', 201, '{"f":0}'],
      ['{"any":{"c":18446744073709551616}}', 201, '{"any":{"c":18446744073709552000}'],
      ['{"n":123456789012345678901234567890}', 422, 'spec.n in body must be of type integer: \\"number\\"'],
      ['{"n":9223372036854775808}', 422, 'spec.n in body must be of type integer: \\"number\\"'],
      ['{"n":2.5}', 422, 'spec.n in body must be of type integer: \\"number\\"'],
      [
        '{"f":1e400}',
        400,
        'cannot be handled as a Num: json: cannot unmarshal number 1e400 into Go value of type float64',
      ],
    ];
    for (const [at, [spec, status, expected]] of cases.entries()) {
      const answer = await send('POST', home, num(`c${at}`, spec));
      assert.equal(answer.status, status, spec);
      if (status === 201) assert.equal(specText(answer.text), expected);
      else assert.ok(answer.text.includes(expected), answer.text);
    }
    const patched = await send('PATCH', `${home}/c0`, '{"spec":{"f":1e400}}', merge);
    assert.equal(patched.status, 400);
    assert.equal(
      patched.value['message'],
      'error decoding patch: json: cannot unmarshal number 1e400 into Go value of type float64',
    );
  });

  it('that no field of a built-in kind holds are refused with the words of its decoder', async () => {
    const words = 'into Go struct field DeploymentSpec.spec.replicas of type int32';
    for (const replicas of [
      '99999999999',
      '2147483648',
      '2.0',
      '1e3',
      '1e400',
      '123456789012345678901234567890',
    ]) {
      const answer = await send('POST', deployments, deployment(replicas));
      assert.equal(answer.status, 400, replicas);
      assert.equal(
        answer.value['message'],
        `Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number ${replicas} ${words}`,
      );
    }
    assert.equal((await send('POST', deployments, deployment('-0'))).status, 201);
    for (const [type, patch] of [
      [merge, '{"spec":{"replicas":2.0}}'],
      ['application/json-patch+json', '[{"op":"replace","path":"/spec/replicas","value":2.0}]'],
    ] as const) {
      const answer = await send('PATCH', `${deployments}/d`, patch, type);
      assert.equal(answer.status, 422);
      assert.match(String(answer.value['message']), new RegExp(`number 2.0 ${words}$`));
    }
    const strategic = await send(
      'PATCH',
      `${deployments}/d`,
      '{"spec":{"replicas":2.0}}',
      'application/strategic-merge-patch+json',
    );
    assert.equal(specOf(strategic.value)['replicas'], 2);
  });

  it('of 64 bits in built-in kinds are kept in protobuf too', async () => {
    const path = '/apis/apps/v1/namespaces/default/controllerrevisions';
    const body =
      '{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"r"},"revision":9007199254740993,"data":{"a":9007199254740995}}';
    assert.equal((await send('POST', path, body)).status, 201);
    const protobuf = 'application/vnd.kubernetes.protobuf';
    const read = await server.fetch(`${path}/r`, { headers: { accept: protobuf } });
    const bytes = Buffer.from(await read.arrayBuffer());
    const decoded = decodeProtobuf(bytes);
    assert.ok(isObject(decoded));
    assert.equal(decoded['revision'], 9007199254740993n);
    assert.deepEqual(decoded['data'], { a: 9007199254740995n });
  });
});
