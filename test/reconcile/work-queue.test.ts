import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkQueue, type WorkQueueLimits } from '../../src/reconcile/work-queue.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';

function newQueue(limits: Partial<WorkQueueLimits> = {}) {
  const clock = new ManualClock();
  return { clock, queue: new WorkQueue({ clock, random: seededRandom('queue'), limits }) };
}

test('a key that is added twice is handed out once', () => {
  const { queue } = newQueue();
  queue.add('a');
  queue.add('b');
  queue.add('a');
  assert.equal(queue.length, 2);
  assert.equal(queue.take(), 'a');
  assert.equal(queue.take(), 'b');
  assert.equal(queue.length, 0);
});

test('a key that is added while it is worked on comes back after done, and not before', () => {
  const { queue } = newQueue();
  queue.add('a');
  assert.equal(queue.take(), 'a');
  queue.add('a');
  queue.add('a');
  assert.equal(queue.length, 0);
  queue.done('a');
  assert.equal(queue.length, 1);
  assert.equal(queue.take(), 'a');
  queue.done('a');
  assert.equal(queue.idle, true);
});

test('a key that becomes ready is announced once, however often it is added', () => {
  const { queue } = newQueue();
  let announced = 0;
  queue.onReady(() => announced++);
  queue.add('a');
  queue.add('a');
  assert.equal(announced, 1);
  queue.take();
  queue.add('a');
  assert.equal(announced, 1);
  queue.done('a');
  assert.equal(announced, 2);
});

test('of several delays of one key the earliest counts', () => {
  const { clock, queue } = newQueue();
  queue.addAfter('a', 1000);
  queue.addAfter('a', 100);
  queue.addAfter('a', 500);
  clock.advance(99);
  assert.equal(queue.length, 0);
  clock.advance(1);
  assert.equal(queue.take(), 'a');
  queue.done('a');
  clock.advance(5000);
  assert.equal(queue.length, 0);
});

test('adding a key at once cancels its delay', () => {
  const { clock, queue } = newQueue();
  queue.addAfter('a', 100);
  queue.add('a');
  assert.equal(queue.take(), 'a');
  queue.done('a');
  clock.advance(200);
  assert.equal(queue.length, 0);
});

test('retries of a key back off exponentially up to the longest delay, and start over after forget', () => {
  const { queue } = newQueue({ firstRetryMs: 10, longestRetryMs: 100 });
  const delays = [1, 2, 3, 4, 5, 6].map(() => queue.addBackedOff('a'));
  for (const [i, base] of [10, 20, 40, 80, 100, 100].entries()) {
    const delay = delays[i] ?? 0;
    assert.ok(delay >= base && delay <= base * 1.1, `retry ${i}: ${delay} ms for ${base} ms`);
  }
  assert.equal(queue.failures('a'), 6);
  queue.forget('a');
  assert.ok(queue.addBackedOff('a') <= 11);
});

test('a queue hands out no more retries per second than its limit once the burst is used up', () => {
  const { clock, queue } = newQueue({ firstRetryMs: 1, retriesPerSecond: 10, retryBurst: 3 });
  const delays = ['a', 'b', 'c', 'd', 'e'].map((key) => queue.addBackedOff(key));
  assert.ok(delays.slice(0, 3).every((delay) => delay < 2));
  assert.equal(delays[3], 100);
  assert.equal(delays[4], 200);
  clock.advance(10_000);
  assert.ok(queue.addBackedOff('f') < 2);
});

test('a closed queue hands out nothing, not even what was delayed', () => {
  const { clock, queue } = newQueue();
  queue.add('a');
  queue.addAfter('b', 10);
  queue.close();
  clock.advance(100);
  queue.add('c');
  assert.equal(queue.take(), undefined);
});
