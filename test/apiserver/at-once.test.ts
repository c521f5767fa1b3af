import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
});
after(() => server.close());

async function post(path: string, body: JsonObject): Promise<{ status: number; body: JsonObject }> {
  const answer = await server.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const value: unknown = await answer.json();
  assert.ok(isObject(value));
  return { status: answer.status, body: value };
}

function service(name: string, spec: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec };
}

describe('two who write at once', () => {
  it('are not given the same address', async () => {
    const answers = await Promise.all(
      ['a', 'b'].map((name) =>
        post(
          '/api/v1/namespaces/default/services',
          service(name, { clusterIP: '10.0.0.50', ports: [{ port: 80 }] }),
        ),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422]);
    const refused = answers.find(({ status }) => status === 422)?.body['message'];
    assert.match(String(refused), /failed to allocate IP 10\.0\.0\.50: provided IP is already allocated$/);
  });

  it('are not given the same node port, whether they ask for it or not', async () => {
    const asked = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] };
    const answers = await Promise.all(
      ['c', 'd'].map((name) => post('/api/v1/namespaces/default/services', service(name, asked))),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422]);
    const chosen = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        post(
          '/api/v1/namespaces/default/services',
          service(`n${i}`, { type: 'NodePort', ports: [{ port: 80 }] }),
        ),
      ),
    );
    const { items } = await server.client.list({ group: '', version: 'v1', resource: 'services' });
    const ports = items.flatMap(({ spec }) =>
      isObject(spec) && Array.isArray(spec['ports'])
        ? spec['ports'].map((port) => (isObject(port) ? port['nodePort'] : undefined))
        : [],
    );
    const given = ports.filter((port) => port !== undefined);
    assert.ok(chosen.every(({ status }) => status === 201));
    assert.equal(new Set(given).size, given.length);
    const addresses = items.map(({ spec }) => (isObject(spec) ? spec['clusterIP'] : undefined));
    assert.equal(new Set(addresses).size, addresses.length);
  });

  it('do not both define the same kind', async () => {
    const crd = (plural: string): JsonObject => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural, kind: 'Widget', singular: plural.slice(0, -1), shortNames: ['wd'] },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    });
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const answers = await Promise.all(['widgets', 'gadgets'].map((plural) => post(path, crd(plural))));
    const accepted = answers.map(({ body }) => {
      const conditions =
        isObject(body['status']) && Array.isArray(body['status']['conditions'])
          ? body['status']['conditions']
          : [];
      return conditions.find((each) => isObject(each) && each['type'] === 'NamesAccepted');
    });
    assert.deepEqual(
      accepted.map((condition) => (isObject(condition) ? condition['status'] : undefined)).sort(),
      ['False', 'True'],
    );
  });
});
