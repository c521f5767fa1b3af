import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { type RawData, WebSocket } from 'ws';
import { startTestServer, type TestEndpoint, type TestServer } from './harness.ts';
import { grantAllIn, rbac } from './rights.ts';
import { decodedEvent } from './watch-event.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';
const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const path = '/api/v1/namespaces/default/configmaps?watch=true';

describe('a watch over WebSocket:', () => {
  let test: TestServer;
  let endpoint: TestEndpoint;
  before(async () => {
    test = await startTestServer();
    endpoint = await test.listen();
    await create('one');
  });
  after(() => test.close());

  const create = (name: string) =>
    test.client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
    });
  const open = (
    asked: string,
    { headers = {}, protocols = [] }: { headers?: Record<string, string>; protocols?: string[] } = {},
  ) => {
    const url = endpoint.url.replace('https:', 'wss:') + asked;
    return new WebSocket(url, protocols, { ca: endpoint.caPem, headers });
  };
  const admin = { authorization: 'Bearer admin-token' };
  /** The messages so far and to come, one by one, with whether each is binary. */
  const messages = (socket: WebSocket) => {
    const come: { data: Buffer; binary: boolean }[] = [];
    let wake = () => {};
    socket.on('message', (data: RawData, binary: boolean) => {
      assert.ok(Buffer.isBuffer(data));
      come.push({ data, binary });
      wake();
    });
    return async () => {
      while (come.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const next = come.shift();
      assert.ok(next);
      return next;
    };
  };
  const refusal = async (socket: WebSocket) => {
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    let body = '';
    for await (const chunk of response) body += chunk;
    return { status: response.statusCode, message: JSON.parse(body).message };
  };

  it('each event is one text message, as a line of the stream is', async () => {
    const socket = open(path, { headers: admin });
    const next = messages(socket);
    const { data, binary } = await next();
    assert.equal(binary, false);
    assert.equal(data.at(-1), 10);
    assert.equal(JSON.parse(data.toString()).object.metadata.name, 'one');
    await create('two');
    assert.equal(JSON.parse((await next()).data.toString()).object.metadata.name, 'two');
    socket.close();
    await once(socket, 'close');
  });

  it('in protobuf each event is one binary message without a length before it', async () => {
    const socket = open(path, { headers: { ...admin, accept: protobuf } });
    const { data, binary } = await messages(socket)();
    assert.equal(binary, true);
    const { type, object } = decodedEvent(data);
    assert.deepEqual([type, object['kind']], ['ADDED', 'ConfigMap']);
    socket.terminate();
  });

  it('it ends with code 1000 when its time is over', async () => {
    const socket = open(`${path}&timeoutSeconds=1`, { headers: admin });
    assert.equal((await once(socket, 'close'))[0], 1000);
  });

  it('one subprotocol is confirmed, whatever it is; a choice of several is refused', async () => {
    const socket = open(path, { headers: admin, protocols: ['anything'] });
    await once(socket, 'open');
    assert.equal(socket.protocol, 'anything');
    socket.terminate();
    const { status } = await refusal(open(path, { headers: admin, protocols: ['a', 'b'] }));
    assert.equal(status, 400);
  });

  it('a browser gives its token as a subprotocol, beside another one', async () => {
    const token = `base64url.bearer.authorization.k8s.io.${Buffer.from('admin-token').toString('base64url')}`;
    const socket = open(path, { protocols: [token, 'events'] });
    await once(socket, 'open');
    assert.equal(socket.protocol, 'events');
    socket.terminate();
    assert.equal((await refusal(open(path, { protocols: [token] }))).status, 401);
    assert.equal((await refusal(open(path, { protocols: [`${token}x`, 'events'] }))).status, 401);
    const answer = await fetchWithSubprotocol(token);
    assert.equal(answer, 401, 'the token counts for a WebSocket alone');
  });

  const fetchWithSubprotocol = async (token: string) => {
    const headers = { authorization: 'none', 'sec-websocket-protocol': `${token}, events` };
    return (await test.fetch('/api/v1/namespaces', { headers })).status;
  };

  it('it needs the same rights, and ends with them', async () => {
    const headers = { authorization: 'Bearer user-token' };
    const refused = await refusal(open(path, { headers }));
    assert.equal(refused.status, 403);
    assert.match(refused.message, /cannot watch resource "configmaps"/);
    assert.equal((await refusal(open(path))).status, 401);
    await grantAllIn(test, 'default');
    const socket = open(path, { headers });
    await messages(socket)();
    const closed = once(socket, 'close');
    await test.client.delete(rbac('rolebindings'), { name: 'all', namespace: 'default' });
    assert.equal((await closed)[0], 1000);
  });

  it('a client that talks much is cut off, one that talks little is not listened to', async () => {
    const socket = open(path, { headers: admin });
    const next = messages(socket);
    await next();
    socket.send('hello');
    socket.ping();
    await once(socket, 'pong');
    socket.send(Buffer.alloc(100_000));
    assert.equal((await once(socket, 'close'))[0], 1009);
  });

  it('what is no watch is answered as without the upgrade', async () => {
    assert.equal((await refusal(open('/api/v1/namespaces/none', { headers: admin }))).status, 404);
    const plain = await refusal(open('/api/v1/namespaces/default', { headers: admin }));
    assert.equal(plain.status, 200);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    };
    await test.client.create({ group: '', version: 'v1', resource: 'pods' }, pod);
    for (const subresource of ['exec?command=ls', 'attach', 'portforward?ports=80']) {
      const exec = open(`/api/v1/namespaces/default/pods/p/${subresource}`, {
        headers: admin,
        protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
      });
      const { status, message } = await refusal(exec);
      assert.deepEqual([status, message], [400, 'pod p does not have a host assigned']);
    }
  });
});
