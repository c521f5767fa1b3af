import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { conditionOf } from '../../src/apimachinery/conditions.ts';
import { textAt } from '../../src/apimachinery/read.ts';
import { encodedSwagger, mergedSwagger } from '../../src/apiserver/openapi/swagger.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { type ExtensionServer, json, startExtensionServer } from './extension-server.ts';
import { startTestServer, type TestEndpoint, type TestServer } from './harness.ts';

const apiServices = { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' };
const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const trust = { name: 'extension-apiserver-authentication', namespace: 'kube-system' };
const base = '/apis/wardle.example.com/v1';
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

describe('an extension server that answers what it should not:', () => {
  let test: TestServer;
  let endpoint: TestEndpoint;
  let extension: ExtensionServer;
  let deep: ExtensionServer;

  before(async () => {
    const urls = new Map<string, URL>();
    test = await startTestServer({ serviceUrls: urls });
    endpoint = await test.listen();
    const { data } = await test.client.get(configMaps, trust);
    extension = await startExtensionServer(textAt(data, 'requestheader-client-ca-file'));
    urls.set('default/backend', new URL(`https://127.0.0.1:${extension.port}`));
    deep = await startExtensionServer(textAt(data, 'requestheader-client-ca-file'), ['deep.default.svc']);
    urls.set('default/deep', new URL(`https://127.0.0.1:${deep.port}`));
    await register('wardle.example.com');
  });
  after(async () => {
    await test.close();
    await extension.close();
    await deep.close();
  });

  /** Resolves once the group counts as served. */
  async function register(
    group: string,
    { by = 'backend', resources = [] }: { by?: 'backend' | 'deep'; resources?: readonly unknown[] } = {},
  ): Promise<void> {
    const name = `v1.${group}`;
    const server = by === 'deep' ? deep : extension;
    const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/v1` };
    server.on(`/apis/${group}/v1`, json({ ...list, resources }));
    await test.client.create(apiServices, {
      ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name } },
      spec: {
        ...{ group, version: 'v1', groupPriorityMinimum: 2_000, versionPriority: 15 },
        ...{ caBundle: server.caBundle, service: { name: by, namespace: 'default' } },
      },
    });
    for (;;) {
      const condition = conditionOf(await test.client.get(apiServices, { name }), 'Available');
      if (textAt(condition, 'reason') === 'Passed') return;
      await nextTurn();
    }
  }

  async function ask(
    path: string,
    accept = '*/*',
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> {
    const outgoing = httpsRequest(`${endpoint.url}${path}`, {
      ...{ ca: endpoint.caPem, agent: false },
      headers: { authorization: 'Bearer admin-token', accept, ...headers },
    });
    outgoing.end();
    const status = Promise.withResolvers<never>();
    outgoing.once('upgrade', () => status.reject(new Error('the protocol was changed')));
    const [response]: IncomingMessage[] = await Promise.race([once(outgoing, 'response'), status.promise]);
    assert.ok(response);
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode ?? 0, text };
  }

  async function askHttp2(path: string): Promise<{ status: number; text: string }> {
    const session = connect(endpoint.url, { ca: endpoint.caPem });
    try {
      const stream = session.request({ ':path': path, authorization: 'Bearer admin-token' });
      const [headers] = await once(stream, 'response');
      let text = '';
      for await (const chunk of stream) text += chunk;
      return { status: Number(headers[':status']), text };
    } finally {
      session.destroy();
    }
  }

  async function sendHttp1(method: string, path: string, body: string): Promise<number> {
    const outgoing = httpsRequest(`${endpoint.url}${path}`, {
      ...{ method, ca: endpoint.caPem, agent: false },
      headers: { authorization: 'Bearer admin-token', 'transfer-encoding': 'chunked' },
    });
    outgoing.end(body);
    const [response]: IncomingMessage[] = await once(outgoing, 'response');
    response?.resume();
    return response?.statusCode ?? 0;
  }

  async function sendHttp2(method: string, path: string, body: string): Promise<number> {
    const session = connect(endpoint.url, { ca: endpoint.caPem });
    try {
      const headers = { ':path': path, ':method': method, authorization: 'Bearer admin-token' };
      const stream = session.request(headers, { endStream: false });
      stream.end(body);
      const [answered] = await once(stream, 'response');
      stream.resume();
      return Number(answered[':status']);
    } finally {
      session.destroy();
    }
  }

  it('documents that are nested deeper than anybody reads are not told on, and others are read afterwards', async () => {
    const group = 'deep.example.com';
    const given = (type: string, around: string) => {
      const text = around.replace('DEEP', '['.repeat(5_000) + ']'.repeat(5_000));
      return raw(text, type);
    };
    const discovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const version = '{"version":"v1","resources":[{"resource":"deeps","x":DEEP}]}';
    const url = '"serverRelativeURL":"/openapi/v3/x"';
    const documents = [
      ['/apis', discovery, `{"items":[{"metadata":{"name":"${group}"},"versions":[${version}]}]}`],
      ['/openapi/v2', 'application/json', `{"paths":{"/apis/${group}/v1/deeps":{"get":{"x-deep":DEEP}}}}`],
      ['/openapi/v3', 'application/json', `{"paths":{"apis/${group}/v1":{${url},"x":DEEP}}}`],
    ] as const;
    for (const [path, type, around] of documents) deep.on(path, given(type, around));
    await register(group, { by: 'deep' });
    const isRead = () => documents.every(([path]) => deep.received.some((one) => one.url === path));
    while (!isRead()) await nextTurn();
    const things = { name: 'things', kind: 'Thing', namespaced: true, verbs: ['get'] };
    await register('next.example.com', { resources: [things] });
    let text = '';
    while (!text.includes('"things"')) {
      ({ text } = await ask('/apis', aggregated));
      await nextTurn();
    }
    assert.ok(!text.includes('deeps'));
    assert.equal((await ask('/openapi/v2')).status, 200);
    assert.equal((await ask('/openapi/v3')).status, 200);
  });

  it('a change of protocol that nobody asked for is refused', async () => {
    extension.on(`${base}/other`, (_, request) => {
      request.socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\nhello',
      );
    });
    const why = 'backend tried to switch protocol "other" when "" was requested';
    for (const each of [ask, askHttp2]) {
      const { status, text } = await each(`${base}/other`);
      assert.deepEqual([status, text], [503, `${why}\n`]);
    }
  });

  for (const [what, head, expected] of [
    ['a status that is none', 'HTTP/1.1 600 Odd\r\nContent-Length: 2\r\n\r\nok', 502],
    [
      'what is said once said twice',
      'HTTP/1.1 200 OK\r\nETag: "a"\r\nETag: "b"\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 2\r\n\r\nok',
      200,
    ],
    ['no content', 'HTTP/1.1 204 No Content\r\n\r\n', 204],
    [
      'hints before it',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      200,
    ],
    ['a header that is none', 'HTTP/1.1 200 OK\r\nX-Odd: \x7f\r\nContent-Length: 2\r\n\r\nok', 503],
  ] as const) {
    it(`an answer with ${what} is the same over both versions of HTTP`, async () => {
      extension.on(`${base}/odd`, (_, request) => {
        request.socket.write(Buffer.from(head, 'latin1'));
      });
      const answers = [await ask(`${base}/odd`), await askHttp2(`${base}/odd`)];
      assert.deepEqual(answers[0], answers[1]);
      assert.equal(answers[0]?.status, expected);
    });
  }

  it('what an answer says of one service is not said of another that the APIService names by then', async () => {
    const name = 'v1.slow.example.com';
    const held = Promise.withResolvers<() => void>();
    extension.on('/apis/slow.example.com/v1', (_, __, response) => held.resolve(() => response.end('{}')));
    const spec = {
      ...{ group: 'slow.example.com', version: 'v1', groupPriorityMinimum: 2_000, versionPriority: 15 },
      ...{ caBundle: extension.caBundle, service: { name: 'backend', namespace: 'default' } },
    };
    const made = await test.client.create(apiServices, {
      ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name }, spec },
    });
    const answer = await held.promise;
    const service = { name: 'absent', namespace: 'default' };
    await test.client.update(apiServices, { ...made, spec: { ...spec, service } });
    const reasons: string[] = [];
    const over = Promise.withResolvers<void>();
    const watch = test.client.watch(
      apiServices,
      { fieldSelector: `metadata.name=${name}` },
      {
        onEvent(event) {
          if (event.type === 'BOOKMARK') return;
          const reason = textAt(conditionOf(event.object, 'Available'), 'reason');
          reasons.push(reason);
          if (reason === 'ServiceNotFound') over.resolve();
        },
        onError: over.reject,
      },
    );
    answer();
    await over.promise;
    watch.close();
    assert.ok(!reasons.includes('Passed'), reasons.join());
  });

  it('whoever may read documents reaches nothing else by their paths', async () => {
    const document = `/openapi/v3${base}`;
    extension.on(document, json({ openapi: '3.0.0' }));
    assert.equal((await ask(document)).status, 200);
    const before = extension.received.length;
    for (const below of ['/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/secret', '/secret', '/', '%2fsecret'])
      assert.equal((await ask(`${document}${below}`)).status, 404, below);
    const heard = extension.received.slice(before).filter(({ url }) => url.startsWith(document));
    assert.deepEqual(heard, []);
  });

  for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PURGE', 'TRACE']) {
    it(`a body of unsaid length of ${method} stays a body, whatever it looks like`, async () => {
      const path = `${base}/bodies`;
      const within = `GET ${base}/smuggled HTTP/1.1\r\nHost: a\r\nX-Remote-User: admin2\r\n\r\n`;
      const got: string[] = [];
      extension.on(path, (_, request, response) => {
        let text = '';
        request.on('data', (chunk: Buffer) => {
          text += chunk;
        });
        request.on('end', () => {
          got.push(text);
          response.end();
        });
      });
      for (const sent of [sendHttp1, sendHttp2]) {
        got.splice(0);
        const before = extension.received.length;
        assert.equal(await sent(method, path, within), 200);
        assert.deepEqual(got, [within]);
        const heard = extension.received.slice(before).map(({ url }) => url);
        assert.ok(!heard.includes(`${base}/smuggled`));
      }
    });
  }

  it('a connection on which a change of protocol was refused carries no other request', async () => {
    const given: string[] = [];
    const sockets = new Set<Duplex>();
    extension.onUpgrade((_, socket) => {
      sockets.add(socket);
      socket.on('data', (chunk: Buffer) => given.push(chunk.toString()));
      socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    });
    const asking = { connection: 'Upgrade', upgrade: 'other' };
    for (let times = 1; times <= 3; times++) {
      assert.deepEqual(await ask(`${base}/console`, '*/*', asking), { status: 403, text: 'no' });
      assert.equal((await ask(base)).status, 200);
      assert.equal(sockets.size, times);
    }
    assert.deepEqual(given, []);
  });

  it('the merged document keeps definitions of any name apart, and numbers that nobody can hold out', () => {
    const definition = (description: string) => ({ type: 'object', description });
    const encoded = (definitions: JsonObject) => encodedSwagger({ swagger: '2.0', paths: {}, definitions });
    const item = { get: { responses: {} } };
    const merged = mergedSwagger(encoded({ A: definition('ours') }), [
      {
        paths: { '/apis/g/v1/a': item },
        definitions: {
          ...{ A: definition('theirs'), A_v2: definition('their other') },
          ...{ constructor: definition('built'), big: { maxLength: Number.POSITIVE_INFINITY } },
        },
      },
    ]);
    const { definitions } = JSON.parse(Buffer.from(merged.json).toString());
    const described = Object.entries<JsonObject>(definitions).map(([name, each]) => [
      name,
      each['description'],
    ]);
    assert.deepEqual(described, [
      ['A', 'ours'],
      ['A_v2', 'theirs'],
      ['A_v2_v2', 'their other'],
      ['constructor', 'built'],
      ['big', undefined],
    ]);
    assert.ok(merged.protobuf.length > 0);
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function raw(text: string, type: string): Parameters<ExtensionServer['on']>[1] {
  return (_, __, response) => {
    response.writeHead(200, { 'content-type': type });
    response.end(text);
  };
}
