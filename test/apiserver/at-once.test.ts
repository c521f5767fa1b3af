import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
/** Another on the same store, as a second process would be: it shares nothing else. */
let second: TestServer;

const serviceCidr = '10.0.0.0/26';
const services = '/api/v1/namespaces/default/services';

before(async () => {
  server = await startTestServer({ serviceCidr });
  second = await startTestServer({ serviceCidr, store: server.store });
});
after(async () => {
  await second.close();
  await server.close();
});

interface Posted {
  readonly status: number;
  readonly body: JsonObject;
}

/** Of many requests every other one goes to the second server. */
function postAll(path: string, bodies: readonly JsonObject[]): Promise<Posted[]> {
  return Promise.all(bodies.map((body, at) => post(path, body, at % 2 === 0 ? server : second)));
}

async function post(path: string, body: JsonObject, to = server): Promise<Posted> {
  const answer = await to.fetch(path, {
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

function definition(plural: string, kind: string, shortName: string): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind, singular: plural.slice(0, -1), shortNames: [shortName] },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  };
}

function namesAccepted({ status }: JsonObject): unknown {
  const conditions = isObject(status) && Array.isArray(status['conditions']) ? status['conditions'] : [];
  const found = conditions.find((each) => isObject(each) && each['type'] === 'NamesAccepted');
  return isObject(found) ? found['status'] : undefined;
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
    // The beginning of both ranges is for who asks.
    for (const { body } of chosen) {
      const { clusterIP, ports } = body['spec'] as { clusterIP: string; ports: { nodePort: number }[] };
      assert.ok(Number(clusterIP.split('.')[3]) > 16, clusterIP);
      assert.ok((ports[0]?.nodePort ?? 0) >= 30_086, JSON.stringify(ports));
    }
    assert.equal(new Set(given).size, given.length);
    const addresses = items.map(({ spec }) => (isObject(spec) ? spec['clusterIP'] : undefined));
    assert.equal(new Set(addresses).size, addresses.length);
  });

  it('do not both define the same kind', async () => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const answers = await Promise.all(
      ['widgets', 'gadgets'].map((plural) => post(path, definition(plural, 'Widget', 'wd'))),
    );
    assert.deepEqual(answers.map(({ body }) => namesAccepted(body)).sort(), ['False', 'True']);
  });
});

describe('two servers on one store', () => {
  const won = (answers: readonly Posted[]) => answers.filter(({ status }) => status === 201);
  const refusals = (answers: readonly Posted[]) =>
    answers.filter(({ status }) => status !== 201).map(({ body }) => String(body['message']));

  it('give an address that six services ask for to one of them, and once that has gone to the next', async () => {
    const ask = (round: number) =>
      Array.from({ length: 6 }, (_, at) =>
        service(`ip-${round}-${at}`, { clusterIP: '10.0.0.2', ports: [{ port: 80 }] }),
      );
    for (let round = 0; round < 5; round++) {
      const answers = await postAll(services, ask(round));
      assert.equal(won(answers).length, 1);
      assert.equal(refusals(answers).length, 5);
      for (const message of refusals(answers)) {
        assert.match(
          message,
          /^Service "ip-\d-\d" is invalid: spec\.clusterIPs: Invalid value: \["10\.0\.0\.2"\]: failed to allocate IP 10\.0\.0\.2: provided IP is already allocated$/,
        );
      }
      const metadata = won(answers)[0]?.body['metadata'];
      const name = isObject(metadata) ? String(metadata['name']) : '';
      assert.equal((await second.fetch(`${services}/${name}`, { method: 'DELETE' })).status, 200);
    }
  });

  it('give a node port that six services ask for to one of them, whatever the service is made of', async () => {
    const port = { port: 80, nodePort: 30_041 };
    const answers = await postAll(
      services,
      Array.from({ length: 6 }, (_, at) =>
        service(`port-${at}`, { type: at % 3 === 0 ? 'LoadBalancer' : 'NodePort', ports: [port] }),
      ),
    );
    assert.equal(won(answers).length, 1, JSON.stringify(answers));
    for (const message of refusals(answers)) {
      assert.match(
        message,
        /spec\.ports\[0\]\.nodePort: Invalid value: 30041: provided port is already allocated$/,
      );
    }
    // A change of a service asks like a new one.
    const open = await postAll(
      services,
      [0, 1].map((at) => service(`later-${at}`, { ports: [{ port: 80 }] })),
    );
    const changed = await Promise.all(
      open.map(async ({ body }, at) => {
        const answer = await (at === 0 ? server : second).fetch(`${services}/later-${at}`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            ...body,
            spec: {
              ...(isObject(body['spec']) ? body['spec'] : {}),
              type: 'NodePort',
              ports: [{ port: 80, nodePort: 30_042 }],
            },
          }),
        });
        return { status: answer.status, body: await answer.text() };
      }),
    );
    assert.deepEqual(changed.map(({ status }) => status).sort(), [200, 422], JSON.stringify(changed));
  });

  it('choose different addresses and ports from a range that is nearly used up', async () => {
    const { items: before } = await server.client.list({ group: '', version: 'v1', resource: 'services' });
    const usable = 62 - 3 - before.length;
    const answers = await postAll(
      services,
      Array.from({ length: usable }, (_, at) =>
        service(`last-${at}`, { type: 'NodePort', ports: [{ port: 80 }] }),
      ),
    );
    assert.deepEqual(refusals(answers), []);
    const { items } = await second.client.list({ group: '', version: 'v1', resource: 'services' });
    const specs = items.map(({ spec }) => (isObject(spec) ? spec : {}));
    assert.equal(new Set(specs.map(({ clusterIP }) => clusterIP)).size, specs.length);
  });

  it('accept a kind, a plural or a short name for one of two definitions', async () => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    for (const [one, other] of [
      [definition('boats', 'Boat', 'bo'), definition('ships', 'Boat', 'sh')],
      [definition('cars', 'Car', 'vh'), definition('trucks', 'Truck', 'vh')],
    ] as const) {
      const answers = await postAll(path, [one, other]);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [201, 201],
      );
      assert.deepEqual(answers.map(({ body }) => namesAccepted(body)).sort(), ['False', 'True']);
    }
  });

  it('have one default priority class', async () => {
    const answers = await postAll(
      '/apis/scheduling.k8s.io/v1/priorityclasses',
      Array.from({ length: 6 }, (_, at) => ({
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: `default-${at}` },
        value: 10,
        globalDefault: true,
      })),
    );
    assert.equal(won(answers).length, 1);
    for (const message of refusals(answers)) assert.match(message, /Only one default can exist$/);
  });

  it('keep a bounded number of keys for it, below the cluster’s own', async () => {
    const { entries } = await server.store.range({ prefix: '/kube/test/~claims/' });
    assert.ok(entries.length > 0 && entries.length <= 1024);
    assert.equal(
      (await server.store.range({ prefix: '/' })).entries.some(({ key }) => !key.startsWith('/kube/test/')),
      false,
    );
  });
});
