import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';
import { conditionOf } from '../../src/apimachinery/conditions.ts';
import { objectAt, textAt } from '../../src/apimachinery/read.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { type ExtensionServer, json, type Received, startExtensionServer } from './extension-server.ts';
import { startTestServer, type TestEndpoint, type TestServer } from './harness.ts';

const apiServices = { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' };
const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const trust = { name: 'extension-apiserver-authentication', namespace: 'kube-system' };
const base = '/apis/wardle.example.com/v1';
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const flunders = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'wardle.example.com/v1',
  resources: [
    { name: 'flunders', singularName: 'flunder', namespaced: true, kind: 'Flunder', verbs: ['get', 'list'] },
    { name: 'flunders/status', singularName: '', namespaced: true, kind: 'Flunder', verbs: ['get'] },
  ],
};

describe('aggregation:', () => {
  let test: TestServer;
  let endpoint: TestEndpoint;
  let extension: ExtensionServer;

  before(async () => {
    const urls = new Map<string, URL>();
    test = await startTestServer({ serviceUrls: urls });
    endpoint = await test.listen();
    const { data } = await test.client.get(configMaps, trust);
    extension = await startExtensionServer(textAt(data, 'requestheader-client-ca-file'));
    urls.set('default/backend', new URL(`https://127.0.0.1:${extension.port}`));
    extension.on(base, json(flunders));
    await test.client.create(apiServices, apiService());
    await said('v1.wardle.example.com', 'Passed');
  });
  beforeEach(() => extension.received.splice(0));
  after(async () => {
    await test.close();
    await extension.close();
  });

  function apiService(spec: JsonObject = {}, group = 'wardle.example.com') {
    return {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1.${group}` },
      spec: {
        ...{ group, version: 'v1', groupPriorityMinimum: 2_000, versionPriority: 15 },
        ...{ caBundle: extension.caBundle, service: { name: 'backend', namespace: 'default' } },
        ...spec,
      },
    };
  }

  function said(name: string, reason: string): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const watch = test.client.watch(
        apiServices,
        { fieldSelector: `metadata.name=${name}` },
        {
          onEvent(event) {
            if (event.type === 'BOOKMARK' || event.type === 'DELETED') return;
            const condition = conditionOf(event.object, 'Available');
            if (textAt(condition, 'reason') !== reason) return;
            queueMicrotask(() => watch.close());
            resolve(condition ?? {});
          },
          onError: reject,
        },
      );
    });
  }

  /** The latest request for a path that begins so; this server asks for itself meanwhile. */
  function asked(url: string): Received {
    const found = extension.received.findLast((each) => each.url.startsWith(url));
    assert.ok(found, `${url} was not asked for`);
    return found;
  }

  interface Answer {
    readonly status: number;
    readonly headers: IncomingMessage['headers'];
    readonly text: string;
  }

  function open(
    path: string,
    options: { method?: string; headers?: Record<string, string | string[]> } = {},
  ) {
    const { method = 'GET', headers = {} } = options;
    return httpsRequest(`${endpoint.url}${path}`, {
      ...{ method, ca: endpoint.caPem, agent: false },
      headers: { authorization: 'Bearer admin-token', ...headers },
    });
  }

  async function ask(
    path: string,
    options: Parameters<typeof open>[1] & { body?: string } = {},
  ): Promise<Answer> {
    const outgoing = open(path, options);
    outgoing.end(options.body);
    const [response]: IncomingMessage[] = await once(outgoing, 'response');
    assert.ok(response);
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }

  /** Asks until an answer holds: what is read of the extension server is read soon after it is available. */
  async function eventually(path: string, accept: string, holds: (text: string) => boolean): Promise<string> {
    for (;;) {
      const { text } = await ask(path, { headers: { accept } });
      if (holds(text)) return text;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('who asks is told to the extension server, over a connection that proves who says so', async () => {
    extension.on(`${base}/namespaces/default/flunders`, json({ kind: 'FlunderList' }));
    const answer = await ask(`${base}/namespaces/default/flunders?limit=500`);
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '{"kind":"FlunderList"}');
    const one = asked(`${base}/namespaces/default/flunders?`);
    assert.equal(one.proxy, 'front-proxy-client');
    assert.equal(one.url, `${base}/namespaces/default/flunders?limit=500`);
    assert.equal(one.headers['x-remote-user'], 'admin');
    assert.deepEqual(one.lines('x-remote-group'), ['system:masters', 'system:authenticated']);
    assert.equal(one.headers.authorization, undefined);
    assert.equal(one.headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(one.headers['x-forwarded-uri'], `${base}/namespaces/default/flunders`);
    assert.match(one.headers.host ?? '', /^127\.0\.0\.1:\d+$/);
  });

  it('what a caller says of himself and of the connection does not reach the extension server', async () => {
    await ask(`${base}/things`, {
      headers: {
        'X-Remote-User': 'system:admin',
        'X-Remote-Group': ['system:masters', 'others'],
        'X-Remote-Uid': 'u-1',
        'X-Remote-Extra-Scopes': 'all',
        'Proxy-Authorization': 'Basic abc',
        Connection: 'close, X-Mine',
        'X-Mine': 'hop',
        'X-Kept': 'kept',
        Te: 'trailers, deflate',
        'Impersonate-User': 'boss',
        'Impersonate-Group': 'system:masters',
        'Impersonate-Extra-Acme%2fScope': 'view',
      },
    });
    const one = asked(`${base}/things`);
    assert.deepEqual(one.lines('x-remote-user'), ['boss']);
    assert.deepEqual(one.lines('x-remote-group'), ['system:masters', 'system:authenticated']);
    assert.deepEqual(one.lines('x-remote-extra-acme%2fscope'), ['view']);
    for (const name of ['x-remote-uid', 'x-remote-extra-scopes', 'proxy-authorization', 'x-mine'])
      assert.equal(one.headers[name], undefined, name);
    assert.equal(one.headers['impersonate-user'], undefined);
    assert.equal(one.headers['x-kept'], 'kept');
    assert.equal(one.headers.te, 'trailers');
  });

  it('whoever may not ask is refused here, and the extension server does not hear of it', async () => {
    const answer = await ask(`${base}/namespaces/default/flunders`, {
      headers: { authorization: 'Bearer user-token' },
    });
    assert.equal(answer.status, 403);
    assert.match(
      answer.text,
      /User \\"jane\\" cannot list resource \\"flunders\\" in API group \\"wardle.example.com\\"/,
    );
    assert.ok(!extension.received.some(({ url }) => url.includes('/namespaces/')));
  });

  it('escapes in a path are undone once, so that what was judged is what is asked', async () => {
    await ask(`${base}/namespaces%2Fdefault%2Fflunders/a%20b%3Fc?fieldSelector=x%3Dy`);
    assert.equal(
      asked(`${base}/namespaces/default/flunders/a`).url,
      `${base}/namespaces/default/flunders/a%20b%3Fc?fieldSelector=x%3Dy`,
    );
  });

  it('an answer comes back as it is, without what is between neighbours', async () => {
    extension.on(`${base}/odd`, (_, __, response) => {
      response.writeHead(418, 'teapot', {
        'X-Mine': ['a', 'b'],
        'Access-Control-Allow-Origin': '*',
        'Keep-Alive': 'timeout=1000',
        'content-type': 'text/odd',
      });
      response.end('odd');
    });
    const { status, headers, text } = await ask(`${base}/odd`);
    assert.deepEqual(
      [status, text, headers['content-type'], headers['x-mine']],
      [418, 'odd', 'text/odd', 'a, b'],
    );
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.notEqual(headers['keep-alive'], 'timeout=1000');
    const head = await ask(`${base}/odd`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [418, '']);
  });

  it('a body passes as it comes, and is not kept for its end', async () => {
    const came: string[] = [];
    const first = Promise.withResolvers<void>();
    extension.on(`${base}/upload`, (_, request, response) => {
      request.on('data', (chunk: Buffer) => {
        came.push(chunk.toString());
        first.resolve();
      });
      request.on('end', () => response.end(String(came.join('').length)));
    });
    const outgoing = open(`${base}/upload`, { method: 'POST' });
    outgoing.write('begin');
    await first.promise;
    // More than anything here would take of a body in one piece.
    const part = 'x'.repeat(1024 * 1024);
    for (let n = 0; n < 20; n++) if (!outgoing.write(part)) await once(outgoing, 'drain');
    outgoing.end();
    const [response]: IncomingMessage[] = await once(outgoing, 'response');
    assert.equal(await textOf(response), String(5 + 20 * part.length));
  });

  it('an upload that its sender breaks off never looks whole', async () => {
    const began = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<string>();
    extension.on(`${base}/broken`, (_, request) => {
      request.on('data', () => began.resolve());
      request.on('end', () => ended.resolve('whole'));
      request.on('error', () => ended.resolve('broken off'));
    });
    const outgoing = open(`${base}/broken`, { method: 'POST' });
    outgoing.on('error', () => {});
    outgoing.write('half');
    await began.promise;
    outgoing.destroy();
    assert.equal(await ended.promise, 'broken off');
  });

  it('an answer that breaks off breaks off, and a caller that goes away ends the question', async () => {
    const gone = Promise.withResolvers<void>();
    extension.on(`${base}/breaks`, (_, __, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('part', () => response.destroy());
    });
    await assert.rejects(ask(`${base}/breaks`), { code: 'ECONNRESET' });
    extension.on(`${base}/flunders`, (_, __, response) => {
      response.write('{"type":"ADDED"}\n');
      response.on('close', () => gone.resolve());
    });
    const outgoing = open(`${base}/flunders?watch=true`);
    outgoing.on('error', () => {});
    outgoing.end();
    const [response]: IncomingMessage[] = await once(outgoing, 'response');
    const [chunk]: Buffer[] = await once(response ?? outgoing, 'data');
    assert.equal(String(chunk), '{"type":"ADDED"}\n');
    outgoing.destroy();
    await gone.promise;
  });

  it('a watch is held back as long as its reader takes nothing', async () => {
    const held = Promise.withResolvers<number>();
    extension.on(`${base}/flood`, (_, __, response) => {
      const event = Buffer.alloc(256 * 1024, 'x');
      let sent = 0;
      let quiet = 0;
      const pump = () => {
        if (response.destroyed) return;
        if (response.writableLength < event.length) {
          response.write(event);
          sent += event.length;
          quiet = 0;
        } else quiet++;
        // What it could write it has written: many turns went by.
        if (quiet < 2_000) setImmediate(pump);
        else held.resolve(sent);
      };
      response.writeHead(200);
      pump();
    });
    const outgoing = open(`${base}/flood?watch=true`);
    outgoing.on('error', () => {});
    outgoing.end();
    const [response]: IncomingMessage[] = await once(outgoing, 'response');
    response?.pause();
    assert.ok((await held.promise) < 64 * 1024 * 1024);
    outgoing.destroy();
  });

  it('what the caller loses the right to is ended', async () => {
    const roles = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' };
    const bindings = { ...roles, resource: 'clusterrolebindings' };
    const metadata = { name: 'watches-flunders' };
    await test.client.create(roles, {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata },
      rules: [{ apiGroups: ['wardle.example.com'], resources: ['lasting'], verbs: ['watch'] }],
    });
    await test.client.create(bindings, {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
    });
    extension.on(`${base}/lasting`, (_, __, response) => response.write('{}\n'));
    const outgoing = open(`${base}/lasting?watch=true`, { headers: { authorization: 'Bearer user-token' } });
    outgoing.on('error', () => {});
    outgoing.end();
    const [response]: IncomingMessage[] = await once(outgoing, 'response');
    assert.equal(response?.statusCode, 200);
    response.resume();
    response.on('error', () => {});
    const ended = new Promise((resolve) => response.on('close', resolve));
    await test.client.delete(bindings, { name: metadata.name });
    await ended;
  });

  for (const [protocol, method] of [
    ['websocket', 'GET'],
    ['SPDY/3.1', 'POST'],
  ] as const) {
    it(`a connection changes to ${protocol}, with who asked, and carries bytes both ways`, async () => {
      extension.onUpgrade((one, socket) => {
        assert.equal(one.proxy, 'front-proxy-client');
        assert.equal(one.headers['x-remote-user'], 'admin');
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\nX-Stream: 4\r\n\r\nhello`,
        );
        socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
      });
      const outgoing = open(`${base}/namespaces/default/machines/m/console`, {
        method,
        headers: {
          Connection: 'Upgrade',
          Upgrade: protocol,
          ...(method === 'POST' && { 'Content-Length': '0' }),
        },
      });
      outgoing.end();
      const [response, socket, head]: [IncomingMessage, Duplex, Buffer] = await upgraded(outgoing);
      assert.equal(response.headers['x-stream'], '4');
      assert.equal(response.headers.upgrade, protocol);
      let text = head.toString();
      socket.on('data', (chunk: Buffer) => {
        text += chunk;
      });
      socket.write('abc');
      while (text !== 'helloABC') await once(socket, 'data');
      assert.equal(asked(`${base}/namespaces/default/machines/m/console`).headers.upgrade, protocol);
      socket.destroy();
    });
  }

  it('a change of protocol that is refused is answered with the refusal, and one that is ignored with 503', async () => {
    const asking = { method: 'GET', headers: { Connection: 'Upgrade', Upgrade: 'websocket' } };
    extension.onUpgrade((_, socket) =>
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno'),
    );
    const refused = await ask(`${base}/console`, asking);
    assert.deepEqual([refused.status, refused.text], [403, 'no']);
    extension.onUpgrade((_, socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'),
    );
    const ignored = await ask(`${base}/console`, asking);
    assert.deepEqual([ignored.status, ignored.text], [503, 'invalid upgrade response: status code 200\n']);
  });

  it('no redirect is followed or passed back', async () => {
    extension.on(`${base}/away`, (_, __, response) => {
      response.writeHead(302, { location: 'https://127.0.0.1:1/secret' }).end();
    });
    const { status, text, headers } = await ask(`${base}/away`);
    assert.deepEqual([status, headers.location], [502, undefined]);
    assert.equal(text, 'the backend attempted to redirect this request, which is not permitted');
  });

  it('discovery lists what the extension server has, in all its forms', async () => {
    const list = JSON.parse((await ask('/apis')).text);
    const names = list.groups.map(({ name }: { name: string }) => name);
    assert.ok(names.includes('wardle.example.com'));
    const group = JSON.parse((await ask('/apis/wardle.example.com')).text);
    assert.equal(group.preferredVersion.groupVersion, 'wardle.example.com/v1');
    assert.deepEqual(JSON.parse((await ask(base)).text), flunders);
    const text = await eventually('/apis', aggregated, (each) => each.includes('flunders'));
    const items: JsonObject[] = JSON.parse(text).items;
    const own = items.find((each) => textAt(each, 'metadata', 'name') === 'wardle.example.com');
    const responseKind = { group: '', version: '', kind: 'Flunder' };
    assert.deepEqual(own?.['versions'], [
      {
        version: 'v1',
        freshness: 'Current',
        resources: [
          {
            ...{ resource: 'flunders', responseKind, scope: 'Namespaced', singularResource: 'flunder' },
            verbs: ['get', 'list'],
            subresources: [{ subresource: 'status', responseKind, verbs: ['get'] }],
          },
        ],
      },
    ]);
    const stdout = await endpoint.kubectl('api-resources', '--api-group=wardle.example.com');
    assert.match(stdout, /flunders\s+wardle\.example\.com\/v1\s+true\s+Flunder/);
  });

  it('OpenAPI documents hold what the extension server says', async () => {
    const reference = { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
    const flunder = { type: 'object', properties: { metadata: reference } };
    const v1 = { group: 'openapi.example.com', version: 'v1' };
    const own = '/apis/openapi.example.com/v1';
    extension.on(own, json({ ...flunders, groupVersion: 'openapi.example.com/v1' }));
    extension.on(
      '/openapi/v3',
      json({
        paths: {
          'apis/openapi.example.com/v1': { serverRelativeURL: `/openapi/v3${own}?hash=AB` },
          'api/v1': { serverRelativeURL: '/api/v1/secrets' },
        },
      }),
    );
    extension.on(`/openapi/v3${own}`, json({ openapi: '3.0.0', paths: {} }));
    extension.on(
      '/openapi/v2',
      json({
        swagger: '2.0',
        paths: {
          [`${own}/flunders`]: {
            get: { responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/Flunder' } } } },
          },
          '/api/v1/pods': { get: { description: 'not ours' } },
        },
        definitions: {
          Flunder: { ...flunder, 'x-kubernetes-group-version-kind': [{ ...v1, kind: 'Flunder' }] },
          'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': {
            type: 'object',
            description: 'of another release',
          },
          Unused: { type: 'object' },
        },
      }),
    );
    await test.client.create(apiServices, apiService({}, 'openapi.example.com'));
    const index = JSON.parse(
      await eventually('/openapi/v3', '*/*', (text) => text.includes('openapi.example.com')),
    );
    assert.deepEqual(index.paths['apis/openapi.example.com/v1'], {
      serverRelativeURL: `/openapi/v3${own}?hash=AB`,
    });
    assert.match(index.paths['api/v1'].serverRelativeURL, /^\/openapi\/v3\/api\/v1\?hash=/);
    assert.deepEqual(JSON.parse((await ask(`/openapi/v3${own}?hash=AB`)).text), {
      openapi: '3.0.0',
      paths: {},
    });
    const document = JSON.parse(
      await eventually('/openapi/v2', 'application/json', (text) => text.includes('Flunder')),
    );
    assert.ok(document.paths[`${own}/flunders`]);
    assert.notEqual(document.paths['/api/v1/pods']?.get?.description, 'not ours');
    assert.equal(document.definitions.Unused, undefined);
    const renamed = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta_v2';
    assert.equal(document.definitions[renamed].description, 'of another release');
    assert.equal(document.definitions.Flunder.properties.metadata.$ref, `#/definitions/${renamed}`);
    assert.match(await endpoint.kubectl('explain', 'pods.metadata.name'), /FIELD: name/);
    await test.client.delete(apiServices, { name: 'v1.openapi.example.com' });
    assert.ok(
      !(await ask('/openapi/v2', { headers: { accept: 'application/json' } })).text.includes('Flunder'),
    );
  });

  it('a certificate that the APIService does not vouch for is refused, unless it says that any will do', async () => {
    const group = 'secured.example.com';
    extension.on(`/apis/${group}/v1`, json(flunders));
    const { caBundle: _, ...rest } = apiService({}, group).spec;
    const made = await test.client.create(apiServices, { ...apiService({}, group), spec: rest });
    await said(`v1.${group}`, 'Passed');
    const refused = await ask(`/apis/${group}/v1`);
    const why = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    assert.deepEqual([refused.status, refused.text], [503, `error trying to reach service: ${why}\n`]);
    const current = await test.client.get(apiServices, { name: textAt(made, 'metadata', 'name') });
    const spec = { ...objectAt(current, 'spec'), insecureSkipTLSVerify: true };
    await test.client.update(apiServices, { ...current, spec });
    assert.equal((await ask(`/apis/${group}/v1`)).status, 200);
    await test.client.delete(apiServices, { name: `v1.${group}` });
    assert.equal((await ask(`/apis/${group}/v1`)).status, 404);
  });

  it('a server that says that it is not well is not asked, until it is', async () => {
    const group = 'ill.example.com';
    extension.on(`/apis/${group}/v1`, json({ message: 'ill' }, 500));
    await test.client.create(apiServices, apiService({}, group));
    const condition = await said(`v1.${group}`, 'FailedDiscoveryCheck');
    const url = `https://127.0.0.1:${extension.port}/apis/${group}/v1`;
    assert.equal(
      condition['message'],
      `failing or missing response from ${url}: bad status from ${url}: 500`,
    );
    const answer = await ask(`/apis/${group}/v1/things`);
    assert.deepEqual([answer.status, answer.text], [503, 'service unavailable\n']);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    extension.on(`/apis/${group}/v1`, json(flunders));
    await said(`v1.${group}`, 'Passed');
    await test.client.delete(apiServices, { name: `v1.${group}` });
  });

  it('extension servers are told whom to trust, and what somebody takes away of that is put back', async () => {
    const { data, metadata } = await test.client.get(configMaps, trust);
    assert.equal(textAt(data, 'requestheader-username-headers'), '["X-Remote-User"]');
    assert.equal(textAt(data, 'requestheader-uid-headers'), '["X-Remote-Uid"]');
    assert.equal(textAt(data, 'requestheader-group-headers'), '["X-Remote-Group"]');
    assert.equal(textAt(data, 'requestheader-extra-headers-prefix'), '["X-Remote-Extra-"]');
    assert.equal(textAt(data, 'requestheader-allowed-names'), '["front-proxy-client"]');
    const again = Promise.withResolvers<JsonObject>();
    const watch = test.client.watch(
      configMaps,
      { namespace: 'kube-system', fieldSelector: `metadata.name=${trust.name}` },
      {
        onEvent: (event) => {
          if (event.type === 'ADDED' && event.object.metadata.uid !== metadata.uid)
            again.resolve(event.object);
        },
        onError: again.reject,
      },
    );
    await test.client.delete(configMaps, trust);
    assert.deepEqual((await again.promise)['data'], data);
    watch.close();
  });

  it('who is bound to the role reads it, and reviews tokens and rights, as extension servers do', async () => {
    const account = { username: 'system:serviceaccount:default:wardle', uid: '', groups: [], extra: {} };
    const rbac = (resource: string) => ({ group: 'rbac.authorization.k8s.io', version: 'v1', resource });
    const subjects = [{ kind: 'ServiceAccount', name: 'wardle', namespace: 'default' }];
    const roleRef = (kind: string, name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name });
    const client = test.clientAs(account);
    await assert.rejects(client.get(configMaps, trust), /forbidden/);
    await test.client.create(rbac('rolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'wardle', namespace: 'kube-system' },
      roleRef: roleRef('Role', 'extension-apiserver-authentication-reader'),
      subjects,
    });
    await test.client.create(rbac('clusterrolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'wardle:auth' },
      roleRef: roleRef('ClusterRole', 'system:auth-delegator'),
      subjects,
    });
    assert.ok(await client.get(configMaps, trust));
    const review = await client.create(
      { group: 'authorization.k8s.io', version: 'v1', resource: 'subjectaccessreviews' },
      {
        ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {} },
        spec: {
          user: 'admin',
          groups: ['system:masters'],
          nonResourceAttributes: { path: base, verb: 'get' },
        },
      },
    );
    assert.equal(objectAt(review, 'status')['allowed'], true);
  });
});

async function textOf(response: IncomingMessage | undefined): Promise<string> {
  let text = '';
  for await (const chunk of response ?? []) text += chunk;
  return text;
}

function upgraded(outgoing: ReturnType<typeof httpsRequest>): Promise<[IncomingMessage, Duplex, Buffer]> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => reject(new Error(`answered ${response.statusCode}`)));
    outgoing.on('upgrade', (...given) => resolve(given));
  });
}
