import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './harness.ts';

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
const path = '/api/v1/namespaces/default/configmaps';

describe('writes', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  const send = async (method: string, where: string, body: unknown, type = 'application/json') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await test.fetch(where, { method, body: text, headers: { 'content-type': type } });
    return {
      status: answer.status,
      body: JSON.parse(await answer.text()),
      warning: answer.headers.get('warning'),
    };
  };
  const configMap = (name: string, more: object = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    ...more,
  });

  it('answer 201 with what is stored, in JSON or YAML', async () => {
    const made = await send(
      'POST',
      path,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {a: b}\n',
      'application/yaml',
    );
    assert.equal(made.status, 201);
    assert.deepEqual(made.body.data, { a: 'b' });
    assert.equal(made.body.metadata.namespace, 'default');
    const again = await send('POST', path, configMap('yaml'));
    assert.equal(again.status, 409);
    assert.deepEqual(again.body, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'configmaps "yaml" already exists',
      reason: 'AlreadyExists',
      details: { name: 'yaml', kind: 'configmaps' },
      code: 409,
    });
  });

  it('generate names', async () => {
    const made = await send('POST', path, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { generateName: 'g-' },
    });
    assert.match(made.body.metadata.name, /^g-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('are refused for other kinds, names, namespaces and media types', async () => {
    const kind = await send('POST', path, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } });
    assert.equal(kind.status, 400);
    const elsewhere = await send('POST', path, {
      ...configMap('a'),
      metadata: { name: 'a', namespace: 'other' },
    });
    assert.equal(
      elsewhere.body.message,
      'the namespace of the provided object does not match the namespace sent on the request',
    );
    const named = await send('PUT', `${path}/yaml`, configMap('b'));
    assert.equal(named.body.message, 'the name of the object (b) does not match the name on the URL (yaml)');
    assert.equal((await send('POST', path, '{}', 'text/csv')).status, 415);
    assert.equal((await send('POST', path, '{"a":')).status, 400);
    assert.equal(
      (await send('POST', '/api/v1/namespaces/none/configmaps', configMap('a'))).body.message,
      'namespaces "none" not found',
    );
    assert.equal((await send('PUT', `${path}/missing`, configMap('missing'))).status, 404);
    assert.equal((await send('POST', '/api/v1/nothings', configMap('a'))).status, 404);
    assert.equal((await send('POST', '/version', {})).status, 405);
  });

  it('tell of unknown fields as they are asked to', async () => {
    const strict = await send('POST', `${path}?fieldValidation=Strict`, configMap('s', { spec: 1 }));
    assert.equal(strict.status, 400);
    assert.equal(
      strict.body.message,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "spec"',
    );
    const warned = await send('POST', `${path}?fieldValidation=Warn`, configMap('s', { spec: 1 }));
    assert.equal(warned.status, 201);
    assert.equal(warned.body.spec, undefined);
    assert.equal(warned.warning, '299 - "unknown field \\"spec\\""');
    const typed = await send('POST', path, configMap('t', { data: { a: 1 } }));
    assert.equal(typed.status, 400);
    assert.match(
      typed.body.message,
      /json: cannot unmarshal number into Go struct field ConfigMap.data of type string$/,
    );
  });

  it('in a dry run leave nothing behind', async () => {
    const made = await send('POST', `${path}?dryRun=All`, configMap('dry'));
    assert.equal(made.status, 201);
    assert.equal(made.body.metadata.resourceVersion, undefined);
    assert.equal((await test.fetch(`${path}/dry`)).status, 404);
  });

  it('patch in four forms', async () => {
    await send('POST', path, configMap('p', { data: { a: '1' } }));
    const merged = await send(
      'PATCH',
      `${path}/p`,
      { data: { b: '2', a: null } },
      'application/merge-patch+json',
    );
    assert.deepEqual(merged.body.data, { b: '2' });
    const strategic = await send(
      'PATCH',
      `${path}/p`,
      { data: { c: '3' } },
      'application/strategic-merge-patch+json',
    );
    assert.deepEqual(strategic.body.data, { b: '2', c: '3' });
    const json = await send(
      'PATCH',
      `${path}/p`,
      [
        { op: 'test', path: '/data/c', value: '3' },
        { op: 'remove', path: '/data/b' },
      ],
      'application/json-patch+json',
    );
    assert.deepEqual(json.body.data, { c: '3' });
    const applied = await send(
      'PATCH',
      `${path}/p?fieldManager=me`,
      configMap('p', { data: { d: '4' } }),
      'application/apply-patch+yaml',
    );
    assert.deepEqual(applied.body.data, { c: '3', d: '4' });
    const conflict = await send(
      'PATCH',
      `${path}/p?fieldManager=me`,
      configMap('p', { data: { c: '5' } }),
      'application/apply-patch+yaml',
    );
    assert.equal(conflict.status, 409);
    assert.match(
      conflict.body.message,
      /^Apply failed with 1 conflict: conflict with "unknown" using v1: \.data\.c$/,
    );
    assert.equal(conflict.body.details.causes[0].reason, 'FieldManagerConflict');
    const unnamed = await send('PATCH', `${path}/p`, configMap('p'), 'application/apply-patch+yaml');
    assert.equal(unnamed.status, 422);
    const created = await send(
      'PATCH',
      `${path}/new?fieldManager=me`,
      configMap('new', { data: { a: 'b' } }),
      'application/apply-patch+yaml',
    );
    assert.equal(created.status, 201);
    const other = await send('PATCH', `${path}/p`, {}, 'application/json');
    assert.equal(other.status, 415);
    const words = await send('PATCH', `${path}/p`, {}, 'constructor');
    assert.deepEqual(words.body, other.body);
  });

  it('without a change write nothing', async () => {
    const before = await send('POST', path, configMap('same', { data: { a: '1' } }));
    const after = await send('PATCH', `${path}/same`, { data: { a: '1' } }, 'application/merge-patch+json');
    assert.equal(after.body.metadata.resourceVersion, before.body.metadata.resourceVersion);
  });

  it('of a status leave the rest alone, and count generations by the rest only', async () => {
    const where = '/apis/apps/v1/namespaces/default/deployments';
    const spec = {
      replicas: 1,
      selector: { matchLabels: { app: 'a' } },
      template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    };
    const made = await send('POST', where, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec,
    });
    assert.equal(made.body.metadata.generation, 1);
    const status = await send(
      'PATCH',
      `${where}/d/status`,
      { spec: { replicas: 9 }, status: { replicas: 4 } },
      'application/merge-patch+json',
    );
    assert.equal(status.body.spec.replicas, 1);
    assert.equal(status.body.status.replicas, 4);
    assert.equal(status.body.metadata.generation, 1);
    const scaled = await send(
      'PATCH',
      `${where}/d/scale`,
      { spec: { replicas: 3 } },
      'application/merge-patch+json',
    );
    assert.equal(scaled.body.kind, 'Scale');
    assert.equal(scaled.body.spec.replicas, 3);
    assert.deepEqual(scaled.body.status, { replicas: 4, selector: 'app=a' });
    const now = await send(
      'PATCH',
      `${where}/d`,
      { metadata: { annotations: { a: 'b' } } },
      'application/merge-patch+json',
    );
    assert.equal(now.body.metadata.generation, 3, 'annotations of deployments count too');
  });

  it('of many at once on one object all arrive', async () => {
    await send('POST', path, configMap('busy'));
    const writers = Array.from({ length: 24 }, (_, at) => `k${at}`);
    const answers = await Promise.all(
      writers.map((key) =>
        send('PATCH', `${path}/busy`, { data: { [key]: 'x' } }, 'application/merge-patch+json'),
      ),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    const { body } = await send('PATCH', `${path}/busy`, {}, 'application/merge-patch+json');
    assert.equal(Object.keys(body.data).length, writers.length - refused.length);
    assert.deepEqual(refused, []);
  });

  it('of leases without a version are refused', async () => {
    const where = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' }, spec: {} };
    assert.equal((await send('PUT', `${where}/l`, lease)).status, 201, 'an update may create one');
    const refused = await send('PUT', `${where}/l`, lease);
    assert.equal(refused.status, 422);
    assert.match(
      refused.body.message,
      /metadata.resourceVersion: Invalid value: 0: must be specified for an update$/,
    );
  });
});

it('refuses a quantity and base64 that no decoder takes', async () => {
  const server = await startTestServer();
  const pod = (memory: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { memory } } }] },
  });
  const pods = { group: '', version: 'v1', resource: 'pods' };
  await assert.rejects(
    server.client.create(pods, pod('plenty')),
    /quantities must match the regular expression/,
  );
  await server.client.create(pods, pod('1Gi'));
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'default' },
    data: { a: '%' },
  };
  await assert.rejects(server.client.create({ ...pods, resource: 'secrets' }, secret), /illegal base64 data/);
  await server.close();
});

it('a failure inside the server tells nothing of its cause, in whatever way it is asked', async (context) => {
  const broken = await startTestServer();
  context.after(() => broken.close());
  const healthy = broken.store.commit;
  broken.store.commit = async () => {
    throw new TypeError('secret of the inside');
  };
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  const answer = await broken.fetch(path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  const status = JSON.parse(await answer.text());
  assert.deepEqual([answer.status, status.kind, status.reason], [500, 'Status', 'InternalError']);
  assert.match(status.message, /^Internal error occurred: /);
  assert.doesNotMatch(JSON.stringify(status), /secret/);
  const made = broken.client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'b' },
  });
  await assert.rejects(made, (error) => !/secret/.test(String(error)));
  broken.store.commit = healthy;
});

it('a patch that meets another writer is applied again as it was sent', async () => {
  let meddle = async () => {};
  const server = await startTestServer({
    admissionSteps: [
      {
        name: 'meddler',
        concerns: ({ definition, operation }) =>
          definition.resource === 'deployments' && operation === 'UPDATE',
        // Once, between what the patch has read and its commit.
        validate: ({ user }) => {
          const run = meddle;
          if (user.username !== 'admin') return;
          meddle = async () => {};
          return run();
        },
      },
    ],
  });
  const send = async (method: string, where: string, type: string, body: unknown) => {
    const headers = { 'content-type': type };
    const answer = await server.fetch(where, { method, headers, body: JSON.stringify(body) });
    const value = JSON.parse(await answer.text());
    assert.ok(answer.ok, JSON.stringify(value));
    return value;
  };
  try {
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    const metadata = { name: 'd', labels: { a: 'b' } };
    const template = { metadata, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
    await send('POST', deployments, 'application/json', {
      metadata,
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    });
    const other = server.clientAs({ username: 'other', uid: '', groups: ['system:masters'], extra: {} });
    let met = 0;
    const meet = async () => {
      const kind = { group: 'apps', version: 'v1', resource: 'deployments' };
      const current = await other.get(kind, { namespace: 'default', name: 'd' });
      const annotations = { met: String(++met) };
      await other.update(kind, { ...current, metadata: { ...current.metadata, annotations } });
    };
    meddle = meet;
    const env = '/spec/template/spec/containers/0/env';
    const patched = await send('PATCH', `${deployments}/d`, 'application/json-patch+json', [
      { op: 'add', path: env, value: [] },
      { op: 'add', path: `${env}/-`, value: { name: 'A', value: '1' } },
    ]);
    assert.deepEqual(patched.spec.template.spec.containers[0].env, [{ name: 'A', value: '1' }]);
    assert.equal(patched.metadata.annotations.met, '1');
    meddle = meet;
    const scaled = await send('PATCH', `${deployments}/d/scale`, 'application/json-patch+json', [
      { op: 'add', path: '/spec', value: { replicas: 2 } },
      { op: 'test', path: '/spec/replicas', value: 2 },
      { op: 'replace', path: '/spec/replicas', value: 3 },
    ]);
    assert.deepEqual([scaled.spec.replicas, met], [3, 2]);
  } finally {
    await server.close();
  }
});
