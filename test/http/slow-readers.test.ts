import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { type Handler, Traffic, trafficLimits } from '../../src/http/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ca, fetch1, fetch2, serve, session2, until } from './support.ts';

const mebibyte = 1024 * 1024;
const part = Buffer.alloc(30_000, 'p');
/** 24 MB by reference: 800 parts with a comma between them, as a list of stored objects is. */
const parts = Array.from({ length: 1_600 }, (_, i) => (i % 2 === 0 ? part : Buffer.from(',')));
const partsBytes = parts.reduce((sum, { length }) => sum + length, 0);
const list: Handler = () => ({ status: 200, body: parts });

/** A connection of its own that asks and reads nothing of the answer. */
async function askAndWait(t: TestContext, port: number) {
  const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost' });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await once(socket, 'readable');
  return socket;
}

test('readers that do not read hold little memory, whatever the size of the answer, and get it whole later', async (t) => {
  const traffic = new Traffic(new ManualClock());
  const { port } = await serve(t, list, { traffic });
  const sockets = await Promise.all(Array.from({ length: 8 }, () => askAndWait(t, port)));
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca, servername: 'localhost' });
  t.after(() => session.destroy());
  const streams = Array.from({ length: 8 }, () => session.request({ ':path': '/' }));
  await Promise.all(streams.map((stream) => once(stream, 'response')));
  assert.ok(traffic.answerBytes > 0);
  assert.ok(traffic.answerBytes < 16 * mebibyte, `${traffic.answerBytes} bytes wait for 16 readers`);
  const sizes = await Promise.all(
    [...sockets, ...streams].map(async (stream) => {
      let size = 0;
      for await (const chunk of stream) size += chunk.length;
      return size;
    }),
  );
  assert.equal(sizes.filter((size) => size >= partsBytes).length, 16);
  await until(() => traffic.answerBytes === 0);
  assert.equal(traffic.cutReaders, 0);
});

test('twelve lists of 24 MB on one HTTP/2 connection all arrive, also those asked for while the others wait', async (t) => {
  const { port } = await serve(t, list);
  const session = session2(t, port);
  const streams = Array.from({ length: 12 }, () => session.request({ ':path': '/' }));
  await Promise.all(streams.map((stream) => once(stream, 'response')));
  const later = fetch2(session, '/');
  const sizes = await Promise.all(
    streams.map(async (stream) => {
      let size = 0;
      for await (const chunk of stream) size += chunk.length;
      return size;
    }),
  );
  assert.deepEqual(new Set([...sizes, (await later).body.length]), new Set([partsBytes]));
});

test('a reader that takes nothing for the time allowed is cut off; one that reads goes on', async (t) => {
  const clock = new ManualClock();
  const traffic = new Traffic(clock);
  const { port } = await serve(t, list, { traffic });
  const stalled = await askAndWait(t, port);
  const session = session2(t, port);
  const stalled2 = session.request({ ':path': '/' });
  stalled2.on('error', () => {});
  await once(stalled2, 'response');
  const step = trafficLimits.readerStallMs / 4;
  for (let i = 0; i < 3; i++) {
    clock.advance(step);
    assert.equal((await fetch1(port)).body.length, partsBytes);
  }
  assert.equal(traffic.cutReaders, 0);
  clock.advance(2 * step);
  assert.equal(traffic.cutReaders, 2);
  stalled2.resume();
  await once(stalled2, 'close');
  assert.ok(stalled2.rstCode !== 0, 'the stream was reset');
  stalled.resume();
  await once(stalled, 'close');
  assert.equal(traffic.answerBytes, 0);
  assert.equal((await fetch2(session, '/')).body.length, partsBytes, 'the session goes on');
});

test('small answers that nobody takes count as well, until their readers are gone', async (t) => {
  const traffic = new Traffic(new ManualClock());
  const { port } = await serve(t, () => ({ status: 200, body: [part, part] }), { traffic });
  const settings = { initialWindowSize: 1_000 };
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca, servername: 'localhost', settings });
  session.on('error', () => {});
  t.after(() => session.destroy());
  const streams = Array.from({ length: 20 }, () => session.request({ ':path': '/' }));
  for (const stream of streams) stream.on('error', () => {});
  await Promise.all(streams.map((stream) => once(stream, 'response')));
  await until(() => traffic.answerBytes === 20 * 2 * part.length);
  session.destroy();
  await until(() => traffic.answerBytes === 0);
});

test('answers of their own count whole, and over the limit whoever has waited longest is cut off', async (t) => {
  const clock = new ManualClock();
  const bodyBytes = 20 * mebibyte;
  const traffic = new Traffic(clock, { answerBytes: 50 * mebibyte });
  const { port } = await serve(t, () => ({ status: 200, body: Buffer.alloc(bodyBytes) }), { traffic });
  const first = await askAndWait(t, port);
  const second = await askAndWait(t, port);
  assert.equal(traffic.answerBytes, 2 * bodyBytes);
  assert.equal((await fetch1(port)).body.length, bodyBytes, 'who reads is served');
  assert.equal(traffic.cutReaders, 1);
  first.resume();
  await once(first, 'close');
  let received = 0;
  for await (const chunk of second) received += chunk.length;
  assert.ok(received > bodyBytes);
});
