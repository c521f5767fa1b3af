import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Logger } from '../../src/base/index.ts';
import { closeAll } from '../../src/server/closing.ts';
import { ManualClock } from '../support/manual-clock.ts';

test('a part that never closes, and one that fails, keep no other part open and are named in the log', async () => {
  const clock = new ManualClock();
  const told: unknown[] = [];
  const note = (message: string, fields?: object) => void told.push([message, fields]);
  const log: Logger = { debug: note, info: note, warn: note, error: note, with: () => log };
  const closed: string[] = [];
  const all = closeAll(
    [
      () => void closed.push('store'),
      async () => void closed.push('identity'),
      async function hangs() {
        closed.push('begun');
        await new Promise(() => undefined);
      },
      function fails() {
        throw new Error('no');
      },
    ],
    { clock, log },
  );
  while (closed.length < 3) {
    await new Promise(setImmediate);
    if (closed.includes('begun')) clock.advance(8_000);
  }
  await all;
  assert.deepEqual(closed, ['begun', 'identity', 'store']);
  assert.equal(told.length, 2);
  assert.match(JSON.stringify(told[0]), /did not close".*fails.*no/);
  assert.match(JSON.stringify(told[1]), /in time".*hangs/);
});
