import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recurring, recurringLimits } from '../../src/base/index.ts';
import { ManualClock } from '../support/manual-clock.ts';

const turn = () => new Promise((next) => setImmediate(next));
const everyMs = 10_000;

test('work that failed is tried again soon, then ever later, at most after its own pause, and soon again after the next failure', async () => {
  const clock = new ManualClock();
  const startMs = clock.now();
  const ranAtMs: number[] = [];
  const told: number[] = [];
  let fails = true;
  const loop = recurring({
    clock,
    firstMs: 500,
    everyMs,
    async run() {
      ranAtMs.push(clock.now() - startMs);
      if (fails) throw new Error('the disk is full');
    },
    onFailure: (_thrown, retryInMs) => told.push(retryInMs),
  });
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(500);
      await turn();
    }
  };
  await pass(500 + 1_000 + 2_000 + 4_000 + 8_000 + everyMs);
  assert.deepEqual(told, [recurringLimits.firstRetryMs, 2_000, 4_000, 8_000, everyMs, everyMs]);
  assert.deepEqual(ranAtMs, [500, 1_500, 3_500, 7_500, 15_500, 25_500]);
  fails = false;
  await pass(everyMs);
  fails = true;
  await pass(everyMs);
  assert.deepEqual(told.slice(6), [recurringLimits.firstRetryMs]);
  await loop.stop();
  const { length } = ranAtMs;
  await pass(2 * everyMs);
  assert.equal(ranAtMs.length, length, 'nothing runs after the end');
});

test('the end of recurring work waits for what runs, which is never begun twice', async () => {
  const clock = new ManualClock();
  let running = 0;
  let runs = 0;
  const held = Promise.withResolvers<void>();
  const loop = recurring({
    clock,
    firstMs: 0,
    everyMs,
    async run() {
      assert.equal(++running, 1);
      runs++;
      await held.promise;
      running--;
    },
    onFailure: () => assert.fail('nothing fails'),
  });
  clock.advance(3 * everyMs);
  let ended = false;
  const stopped = loop.stop().then(() => {
    ended = true;
  });
  await turn();
  assert.deepEqual([ended, runs], [false, 1]);
  held.resolve();
  await stopped;
  clock.advance(3 * everyMs);
  await turn();
  assert.deepEqual([running, runs], [0, 1]);
});
