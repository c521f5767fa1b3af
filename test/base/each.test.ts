import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eachAtOnce, eachInTurn } from '../../src/base/index.ts';

const items = Array.from({ length: 100 }, (_, i) => i);

for (const [how, run] of Object.entries({ eachAtOnce, eachInTurn }))
  test(`${how}: one that fails keeps no other from its turn, and its failure is told`, async () => {
    const done: number[] = [];
    const working = run(items, (item) => {
      if (item === 1) throw new Error('thrown at once');
      return (async () => {
        await Promise.resolve();
        if (item === 2) throw new Error('thrown later');
        done.push(item);
      })();
    });
    await assert.rejects(working, /thrown at once/);
    assert.equal(done.length, items.length - 2);
  });
