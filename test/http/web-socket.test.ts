import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { CodedError, systemClock, utf8 } from '../../src/base/index.ts';
import {
  type ByteSink,
  connectWebSocket,
  type Handler,
  jsonResponse,
  type MessageSocket,
  RequestsInFlight,
  type UpgradeHandler,
} from '../../src/http/index.ts';
import { ca, deferred, fetch1, fetch2, serve, session2 } from './support.ts';

const notFound = () => ({ status: 404 });

function echoing(subprotocol?: string): UpgradeHandler {
  return async () => ({
    accept: (socket) => socket.onMessage((message) => socket.send(message)),
    ...(subprotocol ? { subprotocol } : {}),
  });
}

function open(port: number, path = '/', protocols: string[] = []): WebSocket {
  return new WebSocket(`wss://localhost:${port}${path}`, protocols, { ca, family: 4 });
}

test('messages go both ways whole and in order, from the first one on', async (t) => {
  const { port } = await serve(t, notFound, {
    upgrade: async () => {
      const socket = deferred<MessageSocket>();
      // The handler looks at messages late: none is lost.
      void socket.promise.then(async (late) => {
        await new Promise((next) => setImmediate(next));
        late.onMessage((message) => late.send(message));
      });
      return { accept: socket.resolve };
    },
  });
  const client = open(port);
  await once(client, 'open');
  const messages = Array.from({ length: 200 }, (_, i) => Buffer.alloc(i * 500, i));
  const received: Buffer[] = [];
  const all = deferred();
  client.on('message', (message: Buffer) => {
    if (received.push(message) === messages.length) all.resolve();
  });
  for (const message of messages) client.send(message);
  await all.promise;
  assert.deepEqual(received, messages);
  client.close(1000);
  assert.equal((await once(client, 'close'))[0], 1000);
});

test('the subprotocol is confirmed when it was offered; extensions never are', async (t) => {
  const { port } = await serve(t, notFound, { upgrade: echoing('v5.channel.k8s.io') });
  const client = open(port, '/', ['v4.channel.k8s.io', 'v5.channel.k8s.io']);
  await once(client, 'open');
  assert.deepEqual([client.protocol, client.extensions], ['v5.channel.k8s.io', '']);
  client.terminate();
  const other = open(port);
  await once(other, 'open');
  assert.equal(other.protocol, '');
  other.terminate();
});

test('an upgrade can be refused with a response', async (t) => {
  const { port, logged } = await serve(t, notFound, {
    upgrade: async ({ path }) => {
      if (path === '/coded') throw new CodedError('unauthenticated', 'This token has been used.');
      if (path === '/broken') throw new Error('secret');
      return jsonResponse(403, { message: 'No.' });
    },
  });
  const refusal = async (path: string) => {
    const client = open(port, path);
    client.on('error', () => {});
    const [, response] = await once(client, 'unexpected-response');
    let body = '';
    for await (const chunk of response) body += chunk;
    return [response.statusCode, JSON.parse(body).message];
  };
  assert.deepEqual(await refusal('/'), [403, 'No.']);
  assert.deepEqual(await refusal('/coded'), [401, 'This token has been used.']);
  const [status, message] = await refusal('/broken');
  assert.equal(status, 500);
  assert.doesNotMatch(message, /secret/);
  assert.match(logged[0] ?? '', /secret/);
});

test('other upgrades and plain requests go to the handler', async (t) => {
  const { port } = await serve(t, () => ({ status: 200, body: utf8('plain') }), { upgrade: echoing() });
  const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1' };
  assert.equal((await fetch1(port, { headers })).body.toString(), 'plain');
  assert.equal((await fetch2(session2(t, port), '/')).body.toString(), 'plain');
});

test('a reader that pauses holds the peer back, and a slow peer holds the sender back', async (t) => {
  const taken = deferred<MessageSocket>();
  const { port } = await serve(t, notFound, { upgrade: async () => ({ accept: taken.resolve }) });
  const client = open(port);
  await once(client, 'open');
  const server = await taken.promise;
  const chunk = Buffer.alloc(64 * 1024, 'x');

  let received = 0;
  const paused = deferred();
  server.onMessage((message) => {
    received += message.length;
    if (received > chunk.length) return;
    server.pause();
    paused.resolve();
  });
  const count = 400;
  for (let i = 0; i < count; i++) client.send(chunk);
  client.ping();
  await paused.promise;
  // A frame or two may be decoded already; the rest waits in the client and the sockets.
  const pong = once(client, 'pong');
  assert.ok(client.bufferedAmount > 0);
  server.resume();
  await pong;
  assert.equal(received, count * chunk.length);

  client.pause();
  let sent = 0;
  while (server.send(chunk)) sent++;
  assert.ok(sent * chunk.length < 32 * 1024 * 1024);
  const drained = deferred();
  server.onDrain(drained.resolve);
  client.resume();
  await drained.promise;
  server.close(1001, 'going');
  assert.equal((await once(client, 'close'))[0], 1001);
});

test('a peer that vanishes closes the socket, and closing the listener does too', async (t) => {
  const sockets: MessageSocket[] = [];
  const accepted = [deferred<MessageSocket>(), deferred<MessageSocket>()];
  const { listener, port } = await serve(t, notFound, {
    upgrade: async () => ({
      accept(socket) {
        accepted[sockets.length]?.resolve(socket);
        sockets.push(socket);
      },
    }),
    limits: { closeGraceMs: 20 },
  });
  const first = open(port);
  await once(first, 'open');
  const server = await accepted[0]?.promise;
  const closed = deferred<number>();
  server?.onMessage(() => {});
  server?.onClose(closed.resolve);
  first.terminate();
  assert.equal(await closed.promise, 1006);
  server?.send(utf8('nobody'));
  const again = deferred<number>();
  server?.onClose(again.resolve);
  assert.equal(await again.promise, 1006, 'also for those who ask late');

  const second = open(port);
  second.on('error', () => {});
  await once(second, 'open');
  await accepted[1]?.promise;
  const gone = once(second, 'close');
  await listener.close();
  await gone;
});

test('a peer that answers no ping is cut off; one that does is kept', async (t) => {
  const accepted: MessageSocket[] = [];
  const { port } = await serve(t, notFound, {
    upgrade: async () => ({ accept: (socket) => accepted.push(socket) }),
    limits: { webSocketPingMs: 40 },
  });
  const alive = open(port);
  const dead = new WebSocket(`wss://localhost:${port}/`, { ca, family: 4, autoPong: false });
  await Promise.all([once(alive, 'open'), once(dead, 'open')]);
  for (const socket of accepted) socket.onMessage(() => {});
  dead.on('error', () => {});
  assert.equal((await once(dead, 'close'))[0], 1006);
  await once(alive, 'ping');
  assert.equal(alive.readyState, WebSocket.OPEN);
  alive.terminate();
});

test('what was opened for an upgrade is given back when its handshake is wrong', async (t) => {
  const abandoned = deferred();
  const { port } = await serve(t, notFound, {
    upgrade: async () => ({ accept: () => assert.fail('not a handshake'), abandon: abandoned.resolve }),
  });
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  assert.equal((await fetch1(port, { headers })).status, 400);
  await abandoned.promise;
});

test('the client half connects, tells a refusal from silence, and checks the certificate', async (t) => {
  const { port } = await serve(t, notFound, {
    upgrade: async (request) => {
      const { path } = request;
      if (path === '/no') throw new CodedError('forbidden', 'Not with this token.');
      assert.equal(path === '/' && request.header('x-test'), 'yes');
      return { accept: (socket) => socket.onMessage((message) => socket.send(message)), subprotocol: 'b' };
    },
  });
  const url = `wss://localhost:${port}`;
  const { socket, subprotocol } = await connectWebSocket({
    url: `${url}/`,
    ca,
    subprotocols: ['a', 'b'],
    headers: { 'x-test': 'yes' },
    handshakeMs: 5000,
  });
  assert.equal(subprotocol, 'b');
  const answer = deferred<Uint8Array>();
  socket.onMessage(answer.resolve);
  socket.send(utf8('hello'));
  assert.equal(Buffer.from(await answer.promise).toString(), 'hello');
  const closed = deferred<number>();
  socket.onClose(closed.resolve);
  socket.close();
  assert.equal(await closed.promise, 1000);
  const failure = (target: { url: string; ca?: string }) =>
    connectWebSocket({ handshakeMs: 5000, ...target }).then(
      () => assert.fail('connected'),
      (thrown) => [thrown.code, thrown.message],
    );
  assert.deepEqual(await failure({ url: `${url}/no`, ca }), ['forbidden', 'Not with this token.']);
  assert.equal((await failure({ url: `${url}/` }))[0], 'unavailable', 'a CA that is not trusted');
  assert.equal((await failure({ url: 'wss://127.0.0.1:1/', ca }))[0], 'unavailable');
});

/** A body of messages that a test writes; what it holds open is counted. */
function messageBody() {
  const sinks: ByteSink[] = [];
  const started = deferred<ByteSink>();
  const body = {
    messages: 'text' as const,
    start(sink: ByteSink) {
      sinks.push(sink);
      sink.onClose(() => sinks.splice(sinks.indexOf(sink), 1));
      started.resolve(sink);
    },
  };
  return { body, sinks, started: started.promise };
}

test('a body of messages goes to a slow peer at its pace, whole and in order', async (t) => {
  const { body, started } = messageBody();
  const { port } = await serve(t, notFound, { upgrade: () => ({ status: 101, body }) });
  const client = open(port);
  await once(client, 'open');
  client.pause();
  const sink = await started;
  let sent = 0;
  while (sink.write(utf8(String(sent++).padStart(100_000))))
    assert.ok(sent < 1000, 'nothing holds the writer back');
  const drained = deferred();
  sink.onDrain(drained.resolve);
  const received: number[] = [];
  client.on('message', (data) => received.push(Number(data.toString())));
  client.resume();
  await drained.promise;
  sink.end();
  assert.equal((await once(client, 'close'))[0], 1000);
  assert.deepEqual(
    received,
    Array.from({ length: sent }, (_, index) => index),
  );
});

test('a place in flight is held as long as the messages go on, and given back after a wrong handshake too', async (t) => {
  const { body, sinks } = messageBody();
  const requests = new RequestsInFlight(systemClock, { longRunningPerCaller: 1 });
  const handler = requests.limit(
    () => ({ status: 101, body }),
    () => ({ status: 429 }),
  );
  const { port } = await serve(t, notFound, { upgrade: handler });
  const client = open(port, '/x?watch=true');
  await once(client, 'open');
  assert.equal(requests.figures('longRunning').running, 1);
  const second = open(port, '/x?watch=true');
  second.on('error', () => {});
  assert.equal((await once(second, 'unexpected-response'))[1].statusCode, 429);
  client.terminate();
  const places = async (count: number) => {
    while (requests.figures('longRunning').running !== count) await new Promise((next) => setImmediate(next));
  };
  await places(0);
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const wrong = { ...headers, 'sec-websocket-key': 'short' };
  assert.equal((await fetch1(port, { path: '/x?watch=true', headers: wrong })).status, 400);
  await places(0);
  assert.equal(sinks.length, 0);
});

test('only a GET asks for WebSocket: the body of another method is read', async (t) => {
  const handler: Handler = async (request) => ({ status: 200, body: await request.body(100) });
  const { port } = await serve(t, handler, { upgrade: () => ({ status: 404 }) });
  const headers = { connection: 'Upgrade', upgrade: 'websocket' };
  const answer = await fetch1(port, { method: 'POST', headers, body: 'text' });
  assert.deepEqual([answer.status, answer.body.toString()], [200, 'text']);
});
