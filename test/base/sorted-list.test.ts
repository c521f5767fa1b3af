import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SortedList } from '../../src/base/index.ts';
import { seededRandom } from '../support/seeded-random.ts';

test('a sorted list answers as a plain sorted one, whatever came and went', () => {
  const random = seededRandom('sorted list');
  const begun = Array.from({ length: 700 }, (_, n) => ({ key: `k${String(n * 3).padStart(5, '0')}`, n }));
  const list = new SortedList((item: { key: string; n: number }) => item.key, begun);
  const model = new Map(begun.map((item) => [item.key, item]));
  for (let n = 0; n < 12_000; n++) {
    const key = `k${String(random.integer(6_000)).padStart(5, '0')}`;
    // Grows at first and is nearly empty in the end.
    if (random.integer(12_000) > n) {
      const item = { key, n };
      list.add(item);
      if (!model.has(key)) model.set(key, item);
    } else {
      list.delete(key);
      model.delete(key);
    }
    if (n % 400 > 0) continue;
    const sorted = [...model.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    assert.equal(list.size, sorted.length);
    assert.deepEqual([...list.from('')], sorted);
    assert.deepEqual(
      [...list.from(key)],
      sorted.filter((item) => item.key >= key),
    );
    assert.equal(list.countBelow(key), sorted.filter((item) => item.key < key).length);
  }
  for (const key of model.keys()) list.delete(key);
  assert.deepEqual([list.size, [...list.from('')], list.countBelow('z')], [0, [], 0]);
});

test('a copy of a sorted list has the same items, and the two go on by themselves', () => {
  const list = new SortedList((item: string) => item, ['b', 'd']);
  const copy = list.copy();
  list.add('a');
  copy.delete('b');
  copy.add('c');
  assert.deepEqual([list.size, [...list.from('')]], [3, ['a', 'b', 'd']]);
  assert.deepEqual([copy.size, [...copy.from('')]], [2, ['c', 'd']]);
});
