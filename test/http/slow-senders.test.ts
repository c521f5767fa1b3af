import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as requestHttps } from 'node:https';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { CodedError, utf8 } from '../../src/base/index.ts';
import { type Handler, listenerLimits, Traffic } from '../../src/http/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ca, deferred, fetch1, fetch2, serve, session2, until } from './support.ts';

const mebibyte = 1024 * 1024;
const bodyLimitBytes = 8 * mebibyte;

const takeBody: Handler = async (request) => ({
  status: 200,
  body: utf8(String((await request.body(bodyLimitBytes)).length)),
});

const refuse: Handler = () => ({ status: 401, body: utf8('who are you') });

async function connect(t: TestContext, port: number) {
  const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost' });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

test('a body that does not come to its end in time is answered 408', async (t) => {
  const clock = new ManualClock();
  const reading: (() => void)[] = [];
  const { port } = await serve(
    t,
    (request) => {
      const body = request.body(bodyLimitBytes);
      for (const run of reading.splice(0)) run();
      return body.then(() => ({ status: 200 }));
    },
    { clock },
  );
  const started = () => new Promise<void>((resolve) => reading.push(resolve));

  const first = started();
  const socket = await connect(t, port);
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\na');
  await first;
  const second = started();
  const stream = session2(t, port).request({ ':path': '/', ':method': 'POST' });
  stream.write('a');
  await second;
  const response = once(stream, 'response');
  clock.advance(listenerLimits.bodyMs);
  assert.match(await textOf(socket), /^HTTP\/1\.1 408 (.|\s)*connection: close(.|\s)*"request-timeout"/i);
  assert.equal((await response)[0][':status'], 408);
  assert.match(await textOf(stream), /did not arrive within 60 seconds/);
});

test('a refusal while the client still sends is read by it, and the connection goes on', async (t) => {
  const { port } = await serve(t, (request) =>
    request.path === '/no' ? refuse(request) : takeBody(request),
  );
  const body = Buffer.alloc(20 * mebibyte, 'b');
  const socket = await connect(t, port);
  // Everything is sent before anything is read, as simple clients do.
  socket.write(`PUT /no HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.write(body);
  socket.write('PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc');
  const text = await textOf(socket);
  assert.match(text, /^HTTP\/1\.1 401 (.|\s)*who are you/);
  assert.match(text, /HTTP\/1\.1 200 (.|\s)*3$/);

  const session = session2(t, port);
  for (const path of ['/no', '/too-large']) {
    const refused = await fetch2(session, path, { method: 'PUT', body });
    assert.equal(refused.status, path === '/no' ? 401 : 413);
    const first = await fetch1(port, { path, method: 'PUT', body });
    assert.equal(first.status, refused.status);
  }
});

test('a sender who does not stop after a refusal is cut off', async (t) => {
  const { port, listener } = await serve(t, refuse, { limits: { unwantedBodyBytes: mebibyte } });
  const socket = await connect(t, port);
  socket.write('PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
  socket.resume();
  const piece = Buffer.alloc(64 * 1024, 'b');
  const send = () => {
    if (!socket.writable) return;
    socket.write(`${piece.length.toString(16)}\r\n`);
    socket.write(piece);
    socket.write('\r\n', send);
  };
  const closed = new Promise((resolve) => socket.once('close', resolve));
  send();
  await closed;
  await until(() => listener.connections() === 0);
});

test('a client that asks first is told to send when its body is wanted, and only then', async (t) => {
  const { port } = await serve(t, (request) =>
    request.path === '/no' ? refuse(request) : takeBody(request),
  );
  const ask = (path: string) =>
    new Promise<string>((resolve, reject) => {
      let continued = false;
      const request = requestHttps({
        ...{ host: '127.0.0.1', port, ca, servername: 'localhost', agent: false, path, method: 'PUT' },
        headers: { expect: '100-continue', 'content-length': 3 },
      });
      request.on('error', reject);
      request.on('continue', () => {
        continued = true;
        request.end('abc');
      });
      request.on('response', (response) => {
        textOf(response).then((text) => resolve(`${response.statusCode} ${text} ${continued}`), reject);
      });
      request.flushHeaders();
    });
  assert.equal(await ask('/yes'), '200 3 true');
  assert.equal(await ask('/no'), '401 who are you false');
});

test('more request bodies than the process may hold are refused at once, and counted back', async (t) => {
  const traffic = new Traffic(new ManualClock(), { requestBytes: mebibyte });
  const { port } = await serve(t, takeBody, { traffic });
  const held = session2(t, port).request({ ':path': '/', ':method': 'POST' });
  held.write(Buffer.alloc(900_000));
  await until(() => traffic.requestBytes === 900_000);
  const session = session2(t, port);
  const refused = await fetch2(session, '/', { method: 'POST', body: Buffer.alloc(200_000) });
  assert.equal(refused.status, 429);
  assert.equal((await fetch1(port, { method: 'POST', body: Buffer.alloc(200_000) })).status, 429);
  held.close();
  await until(() => traffic.requestBytes === 0);
  assert.equal((await fetch2(session, '/', { method: 'POST', body: Buffer.alloc(200_000) })).status, 200);
});

test('a whole body weighs on until whoever took it beforehand lets it go, and may be refused as it comes', async (t) => {
  const traffic = new Traffic(new ManualClock(), { requestBytes: mebibyte });
  const go = deferred();
  const handler: Handler = async (request) => {
    let release = () => {};
    const receive = () => {
      if (request.path === '/no') throw new CodedError('too-many', 'no more');
    };
    try {
      await request.body(bodyLimitBytes, { receive, onOver: (run) => (release = run) });
      if (request.path === '/wait') await go.promise;
    } finally {
      release();
    }
    return takeBody(request);
  };
  const { port } = await serve(t, handler, { traffic });
  const session = session2(t, port);
  const body = Buffer.alloc(900_000);
  const waiting = fetch2(session, '/wait', { method: 'POST', body });
  await until(() => traffic.requestBytes === body.length);
  await fetch2(session, '/', { method: 'POST', body: Buffer.alloc(1) });
  assert.equal(traffic.requestBytes, body.length);
  assert.equal((await fetch2(session, '/', { method: 'POST', body })).status, 429);
  go.resolve();
  assert.equal(String((await waiting).body), String(body.length));
  assert.equal(traffic.requestBytes, 0);
  const refused = await fetch2(session, '/no', { method: 'POST', body });
  assert.deepEqual([refused.status, traffic.requestBytes], [429, 0]);
});

test('headers that do not come to their end are answered 408', async (t) => {
  const { port } = await serve(t, takeBody, { limits: { headersMs: 300 } });
  const socket = await connect(t, port);
  socket.write('GET / HTTP/1.1\r\nHost: loc');
  assert.match(await textOf(socket), /^HTTP\/1\.1 408 Request Timeout/);
});

test('an HTTP/2 connection is closed when nothing is asked on it, and kept while something is open', async (t) => {
  const clock = new ManualClock();
  const release = deferred();
  const { port, listener } = await serve(
    t,
    async () => {
      await release.promise;
      return { status: 200, body: utf8('late') };
    },
    { clock },
  );
  const idle = session2(t, port);
  await once(idle, 'connect');
  const busy = session2(t, port);
  const answer = fetch2(busy, '/');
  await until(() => listener.connections() === 2);
  await once(busy, 'remoteSettings');
  clock.advance(listenerLimits.http2IdleMs);
  await once(idle, 'close');
  release.resolve();
  assert.equal((await answer).body.toString(), 'late');
});

test('an HTTP/2 connection is kept from its last request on, not from its first', async (t) => {
  const clock = new ManualClock();
  const { port } = await serve(t, () => ({ status: 200, body: utf8('here') }), { clock });
  const session = session2(t, port);
  await fetch2(session, '/');
  clock.advance(listenerLimits.http2IdleMs - 1);
  assert.equal((await fetch2(session, '/')).body.toString(), 'here');
  clock.advance(listenerLimits.http2IdleMs - 1);
  assert.equal((await fetch2(session, '/')).body.toString(), 'here');
  const closed = once(session, 'close');
  clock.advance(listenerLimits.http2IdleMs);
  await closed;
});

test('when connections run out, whoever only keeps his place makes room', async (t) => {
  const release = deferred();
  const { port, listener } = await serve(
    t,
    async (request) => {
      if (request.path === '/wait') await release.promise;
      else await request.body(bodyLimitBytes);
      return { status: 200, body: utf8('ok') };
    },
    { limits: { connections: 8, connectionsPerSource: 6 } },
  );
  const waiting = fetch1(port, { path: '/wait' });
  const slow = await connect(t, port);
  slow.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\na');
  const idle = await Promise.all(Array.from({ length: 4 }, () => connect(t, port)));
  await until(() => listener.connections() === 6);
  const closed = [slow, ...idle].map(
    (socket) => new Promise((resolve) => socket.resume().once('close', resolve)),
  );
  for (let i = 0; i < 12; i++) assert.equal((await fetch1(port)).body.toString(), 'ok');
  await closed[0];
  assert.ok(listener.connections() <= 6);
  release.resolve();
  assert.equal(
    (await waiting).body.toString(),
    'ok',
    'a request that is being answered keeps its connection',
  );
});
