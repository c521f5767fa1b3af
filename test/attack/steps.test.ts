import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonEqual } from '../../src/base/index.ts';
import { assertLinear, stepsOf } from './steps.ts';

const list = (size: number) => Array.from({ length: size }, (_, i) => i);

test('equal work counts equal steps, and twice the work twice the steps', async () => {
  const once = await stepsOf(() => jsonEqual([list(1_000)], [list(1_000)]));
  const again = await stepsOf(() => jsonEqual([list(1_000)], [list(1_000)]));
  const twice = await stepsOf(() => jsonEqual([list(2_000)], [list(2_000)]));
  assert.equal(once, again);
  assert.ok(once > 1_000 && Math.abs(twice / once - 2) < 0.1, `${once}, ${twice}`);
});

test('work that grows with the square of its input is found', async () => {
  await assertLinear({ size: 100, input: list, run: (items) => jsonEqual(items, [...items]) });
  const squared = {
    size: 100,
    input: list,
    run: (items: number[]) => items.map(() => jsonEqual(items, [...items])),
  };
  await assert.rejects(assertLinear(squared), /more than linear/);
});
