import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ClientHttp2Stream } from 'node:http2';
import { test } from 'node:test';
import { listenerLimits, Traffic } from '../../src/http/index.ts';
import { attackRandom, attackTries } from '../attack/seed.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { deferred, fetch2, serve, session2, until } from './support.ts';

/** Resets a stream at a moment that `moment` chooses; resolves when it is over. */
async function broken(stream: ClientHttp2Stream, moment: number, bytes: number): Promise<void> {
  const closed = once(stream, 'close');
  const reset = () => {
    stream.close([0, 8, 2, 7][bytes % 4]);
    // What is not read keeps a stream that was closed without an error.
    stream.resume();
  };
  stream.on('error', () => {});
  switch (moment) {
    case 0:
      reset();
      break;
    case 1:
      stream.write(Buffer.alloc(1 + bytes));
      setImmediate(reset);
      break;
    case 2:
      stream.end(Buffer.alloc(bytes));
      stream.once('response', reset);
      break;
    case 3:
      stream.end(Buffer.alloc(bytes));
      stream.once('data', reset);
      break;
    default:
      stream.end(Buffer.alloc(bytes));
      stream.resume();
  }
  await closed.catch(() => {});
}

test('streams that are reset at any moment leave nothing behind, and their connection goes on', async (t) => {
  const clock = new ManualClock();
  const traffic = new Traffic(clock);
  let running = 0;
  const { listener, port } = await serve(
    t,
    async (request) => {
      running++;
      try {
        const { length } = await request.body(listenerLimits.requestBodyBytes);
        return { status: 200, body: Buffer.alloc(length * (length % 7)) };
      } finally {
        running--;
      }
    },
    { clock, traffic },
  );
  const random = attackRandom('reset streams');
  const session = session2(t, port);
  for (let round = 0; round < attackTries(1); round++) {
    const streams = Array.from({ length: 300 }, () => {
      const stream = session.request({ ':path': '/', ':method': 'POST' });
      return broken(stream, random.integer(6), random.integer(30_000));
    });
    await Promise.all(streams);
    const kept = await fetch2(session, '/', { method: 'POST', body: Buffer.alloc(9) });
    assert.equal(kept.body.length, 18);
    await until(() => running === 0 && traffic.requestBytes === 0 && traffic.answerBytes === 0);
  }
  assert.equal(listener.connections(), 1);
  // A request that were still counted would keep the connection open.
  const gone = deferred();
  session.once('close', () => gone.resolve());
  const idle = setInterval(() => clock.advance(listenerLimits.http2IdleMs), 1);
  await gone.promise;
  clearInterval(idle);
  await until(() => listener.connections() === 0);
});
