import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { duplexPair } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import type { ByteSink } from '../../src/http/index.ts';
import { ca, serve } from './support.ts';

const readers = 100;
const event = Buffer.from(`${'e'.repeat(399)}\n`);
/** Payload of a full TLS record. */
const recordBytes = 16 * 1024;
const applicationData = 23;

test('an event to a hundred streams of one connection leaves in full TLS records, not in one for each stream', async (t) => {
  const sinks: ByteSink[] = [];
  const { port } = await serve(t, async () => ({
    status: 200,
    headers: {},
    body: { start: (sink) => void sinks.push(sink) },
  }));
  const records = new RecordCounter();
  const session = await watchedSession(t, port, records);
  let missing = 0;
  let done = () => {};
  await Promise.all(
    Array.from({ length: readers }, () => {
      const stream = session.request({ ':path': '/' });
      stream.on('data', (chunk: Buffer) => {
        missing -= chunk.length;
        if (missing === 0) done();
      });
      return new Promise((resolve) => stream.once('response', resolve));
    }),
  );
  assert.equal(sinks.length, readers);
  for (let round = 0; round < 3; round++) {
    const before = records.count;
    missing = readers * event.length;
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    for (const sink of sinks) assert.ok(sink.write(event), 'who keeps up is never told to wait');
    await all;
    const frameHeadBytes = 9;
    const full = Math.ceil((readers * (event.length + frameHeadBytes)) / recordBytes);
    // Frames of the connection itself, such as the answer to a setting, may have one of their own.
    assert.ok(records.count - before <= full + 2, `${records.count - before} records for one event`);
  }
});

/** A session over a connection whose bytes from the server are counted on their way. */
async function watchedSession(t: TestContext, port: number, records: RecordCounter) {
  const tcp = connectTcp(port, '127.0.0.1');
  const [near, far] = duplexPair();
  tcp.on('data', (bytes: Buffer) => records.take(bytes));
  tcp.pipe(far).pipe(tcp);
  const secure = connectTls({ socket: near, ca, servername: 'localhost', ALPNProtocols: ['h2'] });
  const session = connectHttp2(`https://localhost:${port}`, { createConnection: () => secure });
  session.setMaxListeners(0);
  t.after(() => {
    session.destroy();
    tcp.destroy();
  });
  await new Promise((resolve, reject) => {
    session.once('connect', resolve);
    session.once('error', reject);
  });
  // Before the requests: no event then waits for room on the connection.
  session.setLocalWindowSize(16 * 1024 * 1024);
  return session;
}

/** Counts the TLS records that hold data of the application. */
class RecordCounter {
  count = 0;
  #rest = Buffer.alloc(0);

  take(bytes: Buffer): void {
    const headBytes = 5;
    let all = Buffer.concat([this.#rest, bytes]);
    while (all.length >= headBytes) {
      const length = headBytes + all.readUInt16BE(3);
      if (all.length < length) break;
      if (all[0] === applicationData) this.count++;
      all = all.subarray(length);
    }
    this.#rest = all;
  }
}
