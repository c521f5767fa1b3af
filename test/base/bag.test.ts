import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bag } from '../../src/base/index.ts';

test('what was added to a bag is in it until it is taken out, once and in any order', () => {
  const bag = new Bag<{ place: number; readonly name: string }>();
  const items = ['a', 'b', 'c', 'd'].map((name) => ({ place: -1, name }));
  const [a, b, c, d] = items;
  assert.ok(a && b && c && d);
  for (const item of items) bag.add(item);
  bag.delete(b);
  bag.delete(b);
  assert.deepEqual([...bag].map(({ name }) => name).sort(), ['a', 'c', 'd']);
  bag.delete(d);
  bag.delete(a);
  assert.equal(bag.size, 1);
  bag.add(b);
  bag.delete(c);
  assert.deepEqual([...bag], [b]);
  bag.delete(b);
  assert.equal(bag.size, 0);
});
