import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concurrentWrites, inBatches } from '../../src/controllers/shared/batches.ts';

test('a failure in one batch keeps no later batch from its turn', async () => {
  const items = Array.from({ length: 3 * concurrentWrites }, (_, i) => i);
  const done: number[] = [];
  const working = inBatches(items, async (item) => {
    if (item === 1) throw new Error('refused');
    done.push(item);
  });
  await assert.rejects(working, /refused/);
  assert.equal(done.length, items.length - 1);
});
