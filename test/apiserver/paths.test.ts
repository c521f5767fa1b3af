import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { grantAllIn, rbac } from './rights.ts';

const jane = { authorization: 'Bearer user-token', 'content-type': 'application/json' };

describe('a path of an API server', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
    for (const name of ['mine', 'theirs']) {
      await test.client.create(core('namespaces'), {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
      await test.client.create(core('configmaps'), {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'c1', namespace: name },
      });
    }
    await grantAllIn(test, 'mine');
  });
  after(() => test.close());

  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = jane) => {
    const answer = await test.fetch(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : {} };
  };
  const admin = { 'content-type': 'application/json' };
  const evil = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'evil' } };

  it('below a namespace never leads to a cluster-scoped object', async () => {
    for (const headers of [jane, admin]) {
      const statuses = [
        await ask('GET', '/api/v1/namespaces/mine/namespaces', undefined, headers),
        await ask('GET', '/api/v1/namespaces/mine/namespaces?watch=1', undefined, headers),
        await ask('GET', '/api/v1/watch/namespaces/mine/namespaces/theirs', undefined, headers),
        await ask('GET', '/api/v1/namespaces/mine/namespaces/theirs', undefined, headers),
        await ask('GET', '/api/v1/namespaces/mine/namespaces/mine', undefined, headers),
        await ask('POST', '/api/v1/namespaces/mine/namespaces', evil, headers),
        await ask('DELETE', '/api/v1/namespaces/mine/namespaces/theirs', undefined, headers),
        await ask('DELETE', '/api/v1/namespaces/mine/namespaces', undefined, headers),
        await ask('PUT', '/api/v1/namespaces/mine/namespaces/theirs/finalize', evil, headers),
        await ask('PUT', '/api/v1/namespaces/mine/namespaces/theirs/status', evil, headers),
        await ask('GET', '/api/v1/namespaces/mine/nodes', undefined, headers),
        await ask(
          'GET',
          '/apis/rbac.authorization.k8s.io/v1/namespaces/mine/clusterroles/admin',
          undefined,
          headers,
        ),
      ].map(({ status }) => status);
      assert.deepEqual(new Set(statuses), new Set([404]));
    }
    const names = (await test.client.list(core('namespaces'))).items.map(({ metadata }) => metadata.name);
    assert.ok(names.includes('theirs') && !names.includes('evil'));
  });

  it('leads to the Namespace itself by its own name, with the rights held in it', async () => {
    assert.equal((await ask('GET', '/api/v1/namespaces/mine')).body.metadata.name, 'mine');
    assert.equal((await ask('GET', '/api/v1/namespaces/mine/status')).body.metadata.name, 'mine');
    assert.equal((await ask('GET', '/api/v1/namespaces/theirs')).status, 403);
    assert.equal((await ask('GET', '/api/v1/namespaces/theirs/status')).status, 403);
  });

  it('is unescaped before it is split, so that it is asked about and acted on as one', async () => {
    const found = await ask('GET', '/api/v1/namespaces/mine%2fconfigmaps%2Fc1');
    assert.equal(found.body.metadata.namespace, 'mine');
    const statusOf = async (path: string) => (await ask('GET', path)).status;
    assert.equal(await statusOf('/api/v1/namespaces/mine%2f..%2ftheirs/configmaps/c1'), 404);
    assert.equal(await statusOf('/api/v1/namespaces/mine/../theirs/configmaps/c1'), 404);
    assert.equal(await statusOf('/api/v1/namespaces/mine/configmaps/c1%2f..%2f..%2ftheirs'), 404);
    assert.equal(await statusOf('/api/v1/namespaces/theirs%2fconfigmaps/c1'), 403);
    assert.equal(await statusOf('/api/v1/namespaces/mine%zz/configmaps'), 400);
  });

  it('with an empty namespace is asked about at the cluster scope', async () => {
    assert.equal((await ask('GET', '/api/v1/namespaces//configmaps')).status, 403);
    assert.equal((await ask('GET', '/api/v1/namespaces/mine//configmaps')).status, 404);
    const all = await ask('GET', '/api/v1/namespaces//configmaps', undefined, admin);
    const namespaces = all.body.items.map(({ metadata }: { metadata: JsonObject }) => metadata['namespace']);
    assert.deepEqual(new Set(namespaces), new Set(['kube-system', 'mine', 'theirs']));
    const one = await ask('GET', '/api/v1/namespaces//configmaps/c1', undefined, admin);
    assert.deepEqual([one.status, one.body.message], [400, 'Namespace parameter required.']);
    const removed = await ask('DELETE', '/api/v1/namespaces//configmaps?dryRun=All', undefined, admin);
    assert.equal(removed.status, 400);
  });

  it('may end in slashes and may not begin with two', async () => {
    assert.equal((await ask('GET', '/api/v1/namespaces/mine/configmaps//')).body.items.length, 1);
    assert.equal((await ask('GET', '//api/v1/namespaces/mine/configmaps', undefined, admin)).status, 404);
  });

  it('across namespaces is for reading only', async () => {
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'z', namespace: 'mine' } };
    assert.equal((await ask('GET', '/api/v1/configmaps', undefined, admin)).status, 200);
    assert.equal((await ask('DELETE', '/api/v1/configmaps', undefined, admin)).status, 405);
    assert.equal((await ask('POST', '/api/v1/configmaps', configMap, admin)).status, 405);
    assert.equal((await ask('GET', '/api/v1/configmaps/c1', undefined, admin)).status, 404);
    assert.equal((await ask('DELETE', '/api/v1/namespaces', undefined, admin)).status, 405);
  });

  it('takes the methods that it has in the real server', async () => {
    const collection = '/api/v1/namespaces/mine/configmaps';
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c1' } };
    for (const method of ['HEAD', 'OPTIONS', 'LIST', 'WATCH', 'QUERY', 'get']) {
      assert.equal((await ask(method, collection)).status, 405, method);
      assert.equal((await ask(method, `${collection}/c1`)).status, 405, method);
    }
    for (const method of ['PUT', 'PATCH']) {
      assert.equal((await ask(method, collection, configMap)).status, 405, method);
    }
    assert.equal((await ask('POST', `${collection}/c1`, configMap)).status, 405);
    assert.equal((await ask('DELETE', '/api/v1/watch/namespaces/mine/configmaps')).status, 405);
  });

  it('asks for a watch by any true value of the first parameter', async () => {
    const endpoint = await test.listen();
    const path = '/api/v1/namespaces/mine/configmaps?timeoutSeconds=1&';
    for (const query of ['watch', 'watch=1', 'watch=T', 'watch=anything', 'watch=true&watch=false']) {
      const stream = await endpoint.watch(path + query);
      assert.equal((await stream.next())?.['type'], 'ADDED', query);
      stream.close();
    }
    for (const query of ['watch=0', 'watch=False', 'watch=false&watch=true', 'Watch=1', 'watches=1']) {
      const answer = await ask('GET', path + query);
      assert.equal(answer.body.kind, 'ConfigMapList', query);
    }
    assert.equal((await ask('GET', '/api/v1/namespaces/mine/configmaps/c1?watch=1')).body.kind, 'ConfigMap');
  });
});

function core(resource: string) {
  return { group: '', version: 'v1', resource };
}

describe('a role for objects by name', () => {
  let test: TestServer;
  const secrets = '/api/v1/namespaces/named/secrets';
  before(async () => {
    test = await startTestServer();
    await test.client.create(core('namespaces'), {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'named' },
    });
    for (const name of ['mine', 'theirs']) {
      const metadata = { name, namespace: 'named' };
      await test.client.create(core('secrets'), { apiVersion: 'v1', kind: 'Secret', metadata });
    }
    await test.client.create(rbac('roles'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'one', namespace: 'named' },
      rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'], verbs: ['*'] }],
    });
    await test.client.create(rbac('rolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'one', namespace: 'named' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    });
  });
  after(() => test.close());

  const statusOf = async (method: string, path: string, body?: object) =>
    (
      await test.fetch(path, {
        method,
        headers: jane,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    ).status;
  const selector = (text: string) => `fieldSelector=${encodeURIComponent(text)}`;

  it('counts for a list or watch that can show no other object', async () => {
    assert.equal(await statusOf('GET', `${secrets}?${selector('metadata.name=mine')}`), 200);
    assert.equal(await statusOf('GET', `${secrets}?${selector('type!=x,metadata.name==mine')}`), 200);
    const endpoint = await test.listen();
    const token = { authorization: 'Bearer user-token' };
    const query = `watch=1&${selector('metadata.name=mine')}`;
    const stream = await endpoint.watch(`${secrets}?${query}`, token);
    assert.equal(stream.status, 200);
    stream.close();
  });

  it('counts for nothing that the selector only seems to name', async () => {
    for (const text of [
      'type!=x\\,metadata.name=mine',
      'metadata.name!=mine',
      'metadata.name=theirs',
      'metadata.name=',
      'metadata.name=theirs,metadata.name=mine',
      'type=metadata.name=mine',
    ]) {
      assert.equal(await statusOf('GET', `${secrets}?${selector(text)}`), 403, text);
      assert.equal(await statusOf('GET', `${secrets}?watch=true&${selector(text)}`), 403, text);
    }
    const twice = `${selector('metadata.name=theirs')}&${selector('metadata.name=mine')}`;
    assert.equal(await statusOf('GET', `${secrets}?${twice}`), 403);
  });

  it('counts for no create and no delete of a collection, whatever the selector says', async () => {
    const made = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made' } };
    const query = selector('metadata.name=mine');
    assert.equal(await statusOf('POST', `${secrets}?${query}`, made), 403);
    assert.equal(await statusOf('DELETE', `${secrets}?${query}`), 403);
    assert.equal(
      await statusOf('DELETE', `${secrets}?dryRun=All&${selector('type!=x\\,metadata.name=mine')}`),
      403,
    );
    assert.equal(await statusOf('DELETE', `${secrets}/theirs?${query}`), 403);
    assert.equal(await statusOf('GET', `${secrets}/theirs?${query}`), 403);
    assert.equal((await test.client.list(core('secrets'), { namespace: 'named' })).items.length, 2);
  });

  it('counts in the same way for a client in this process', async () => {
    const client = test.clientAs({ username: 'jane', uid: '', groups: [], extra: {} });
    const list = (fieldSelector: string) =>
      client.list(core('secrets'), { namespace: 'named', fieldSelector });
    assert.equal((await list('metadata.name=mine')).items.length, 1);
    await assert.rejects(list('type!=x\\,metadata.name=mine'), { status: 403 });
  });
});

describe('a path of a custom resource', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
    for (const [plural, kind, scope] of [
      ['widgets', 'Widget', 'Namespaced'],
      ['gadgets', 'Gadget', 'Cluster'],
    ] as const) {
      const schema = { openAPIV3Schema: { type: 'object' } };
      await test.client.create(
        { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' },
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: `${plural}.example.com` },
          spec: {
            group: 'example.com',
            scope,
            names: { plural, kind },
            versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
          },
        },
      );
    }
  });
  after(() => test.close());

  const base = '/apis/example.com/v1';
  const widgets = `${base}/namespaces/default/widgets`;
  const widget = (name: string) => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name } });
  const ask = async (method: string, path: string, body?: object, type = 'application/json') => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await test.fetch(path, { method, headers: { 'content-type': type }, ...sent });
    const text = answer.body && answer.status !== 200 ? await answer.text() : '';
    return { status: answer.status, message: text.startsWith('{') ? JSON.parse(text).message : text };
  };

  it('means what its verb says, as in the real server', async () => {
    const merge = 'application/merge-patch+json';
    assert.equal((await ask('POST', `${widgets}/one`, widget('one'))).status, 201);
    const cases: [number, string, Awaited<ReturnType<typeof ask>>][] = [
      [409, 'widgets.example.com "one" already exists', await ask('POST', `${widgets}/one`, widget('one'))],
      [404, '404 page not found\n', await ask('POST', `${base}/widgets`, widget('two'))],
      [404, '404 page not found\n', await ask('GET', `${base}/namespaces/default/gadgets`)],
      [400, 'name must be provided', await ask('PATCH', widgets, {}, merge)],
      [400, 'name must be provided', await ask('PUT', widgets, widget('one'))],
      [200, '', await ask('GET', `${widgets}/one/status/more`)],
      [
        405,
        'delete is not supported on resources of kind "widgets.example.com"',
        await ask('DELETE', `${widgets}/one/status/more`),
      ],
      [
        405,
        'watch is not supported on resources of kind "gadgets.example.com"',
        await ask('GET', `${base}/watch/gadgets/one/status`),
      ],
    ];
    for (const [status, message, answer] of cases) assert.deepEqual(answer, { status, message });
  });

  it('that names an object creates no other', async () => {
    const { status, message } = await ask('POST', `${widgets}/three`, widget('four'));
    assert.equal(status, 400);
    assert.match(message, /four.*three/);
  });

  it('knows no namespace in selectors where there is none, like some built-in kinds', async () => {
    const query = 'fieldSelector=metadata.namespace%3Da';
    for (const path of [`${base}/gadgets`, '/api/v1/nodes', '/api/v1/namespaces']) {
      const message = 'field label not supported: metadata.namespace';
      assert.deepEqual(await ask('GET', `${path}?${query}`), { status: 400, message });
    }
    for (const path of [`${base}/widgets`, '/api/v1/persistentvolumes', '/api/v1/pods']) {
      assert.equal((await ask('GET', `${path}?${query}`)).status, 200, path);
    }
  });

  it('of a watch that names one object takes no selector of another', async () => {
    const message = "fieldSelector metadata.name doesn't match requested name";
    for (const text of ['metadata.name%3Dtwo', 'metadata.namespace%3Ddefault']) {
      const path = `${base}/watch/namespaces/default/widgets/one?fieldSelector=${text}`;
      assert.deepEqual(await ask('GET', path), { status: 400, message });
    }
  });

  it('into a node tries nothing only', async () => {
    for (const path of ['pods/p/exec?command=x', 'pods/p/portforward?ports=80', 'services/s/proxy?x=y']) {
      const answer = await ask('POST', `/api/v1/namespaces/default/${path}&dryRun=All`);
      assert.deepEqual(answer, { status: 400, message: 'dryRun is not supported' });
    }
  });
});
