import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { utf8 } from '../../src/base/index.ts';
import { callerProven, type Handler, RequestsInFlight } from '../../src/http/index.ts';
import { attackTries } from '../attack/seed.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { frame, frames, preface, secured, smallRequest } from './frames.ts';
import { fetch1, fetch2, serve, session2, until } from './support.ts';

/** Clients that want nothing but the server's time or memory; an honest one is answered all the while. */
const hello: Handler = () => ({ status: 200, body: utf8('hello') });

async function honest(port: number): Promise<void> {
  assert.equal((await fetch1(port, {})).status, 200);
}

/** Sends pieces until the server ends the connection or takes no more, or so many were sent. */
async function flood(socket: TLSSocket, pieces: (i: number) => Buffer, count: number): Promise<number> {
  let closed = false;
  socket.once('close', () => {
    closed = true;
  });
  socket.resume();
  for (let i = 0; i < count; i++) {
    if (closed || socket.destroyed) return i;
    if (!socket.write(pieces(i))) {
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    }
  }
  return count;
}

for (const [name, pieces] of [
  ['settings', () => Buffer.concat(Array(100).fill(frame(frames.settings, 0)))],
  ['pings', () => Buffer.concat(Array(100).fill(frame(frames.ping, 0, { payload: Buffer.alloc(8) })))],
] as const) {
  test(`a flood of ${name} keeps nobody from being answered, and what it is answered with is bounded`, async (t) => {
    const { port } = await serve(t, hello);
    const socket = await secured(t, port, 'h2');
    socket.write(Buffer.concat([Buffer.from(preface), frame(frames.settings, 0)]));
    const flooding = flood(socket, pieces, attackTries(300));
    await honest(port);
    await flooding;
    await honest(port);
  });
}

test('headers that go on without end are cut off', async (t) => {
  const { port, listener } = await serve(t, hello);
  const socket = await secured(t, port, 'h2');
  socket.write(Buffer.concat([Buffer.from(preface), frame(frames.settings, 0)]));
  socket.write(frame(frames.headers, 0, { stream: 1, payload: smallRequest }));
  // A literal header without indexing, again and again, and never the flag that ends them.
  const line = Buffer.concat([
    Buffer.from([0x00, 0x01]),
    Buffer.from('a'),
    Buffer.from([0x7f, 0x81, 0x0d]),
    Buffer.alloc(1_792, 'b'),
  ]);
  const piece = frame(frames.continuation, 0, { stream: 1, payload: Buffer.concat(Array(9).fill(line)) });
  const sent = await flood(socket, () => piece, 4_000);
  await until(() => listener.connections() === 0);
  assert.ok(sent < 4_000, `${sent} pieces were taken`);
  await honest(port);
});

test('streams that are opened and reset at once are not all served, and others are', async (t) => {
  let running = 0;
  let most = 0;
  const { port } = await serve(t, async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return { status: 200 };
  });
  const socket = await secured(t, port, 'h2');
  socket.write(Buffer.concat([Buffer.from(preface), frame(frames.settings, 0)]));
  const code = Buffer.alloc(4);
  code.writeUInt32BE(constants.NGHTTP2_CANCEL);
  const pair = (i: number) => {
    const stream = 2 * i + 1;
    return Buffer.concat([
      frame(frames.headers, 0x5, { stream, payload: smallRequest }),
      frame(frames.reset, 0, { stream, payload: code }),
    ]);
  };
  const sent = await flood(socket, pair, 20_000);
  await honest(port);
  assert.ok(sent < 20_000 || most < 5_000, `${sent} sent, ${most} at once`);
});

test('a header list too large is refused on both protocols', async (t) => {
  const { port } = await serve(t, hello);
  const large = { 'x-large': 'a'.repeat(100_000) };
  assert.equal((await fetch1(port, { headers: large })).status, 431);
  await assert.rejects(fetch2(session2(t, port), '/', { headers: large }));
  await honest(port);
});

test('handshakes that are never finished make room for those that are', async (t) => {
  const { port, listener } = await serve(t, hello, { limits: { connections: 20, connectionsPerSource: 20 } });
  const idle = Array.from({ length: attackTries(60) }, () => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => {});
    t.after(() => socket.destroy());
    return socket;
  });
  await Promise.all(idle.map((socket) => (socket.connecting ? once(socket, 'connect') : undefined)));
  await until(() => listener.connections() === 20);
  for (let i = 0; i < 5; i++) await honest(port);
  assert.ok(listener.connections() <= 20);
});

test('upgrades by the hundred are each refused and leave nothing behind', async (t) => {
  const { port, listener } = await serve(t, hello, { upgrade: () => Promise.resolve({ status: 403 }) });
  const lines = [
    'GET / HTTP/1.1',
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  for (let i = 0; i < attackTries(100); i++) {
    const socket = await secured(t, port, 'http/1.1');
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 403/);
    socket.destroy();
  }
  await until(() => listener.connections() === 0);
});

test('watches by the thousand of one user end at his bound, and another user goes on', async (t) => {
  const requests = new RequestsInFlight(new ManualClock(), { longRunningPerCaller: 100 });
  let open = 0;
  const watch: Handler = (request) => {
    callerProven(request, request.header('authorization') ?? '');
    return { status: 200, body: { start: () => open++ } };
  };
  const { port } = await serve(
    t,
    requests.limit(watch, () => ({ status: 429 })),
  );
  const session = session2(t, port);
  const path = '/api/v1/pods?watch=true';
  const statuses = await Promise.all(
    Array.from({ length: 1_000 }, async () => {
      const stream = session.request({ ':path': path, authorization: 'ann' });
      const [headers] = await once(stream, 'response');
      return headers[':status'];
    }),
  );
  assert.equal(statuses.filter((status) => status === 200).length, 100);
  assert.equal(open, 100);
  const other = session.request({ ':path': path, authorization: 'bob' });
  assert.equal((await once(other, 'response'))[0][':status'], 200);
});
