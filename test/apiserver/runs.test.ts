import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedResources } from '../../src/apiserver/discovery/registry.ts';
import { type ItemParts, RunMemory, Runs, runLimits } from '../../src/apiserver/encode/runs.ts';
import { Kept, KeptBudget } from '../../src/apiserver/storage/kept.ts';
import { StoredObject } from '../../src/apiserver/storage/stored-object.ts';
import { utf8 } from '../../src/base/index.ts';
import { builtinResources } from '../../src/kinds/index.ts';
import { stillHeld } from '../support/garbage.ts';

const found = new SharedResources(builtinResources()).named.get('')?.get('v1')?.get('configmaps');
assert.ok(found);
const resource = found;
const bytesOf = (object: StoredObject): ItemParts => [object.bytes(resource)];

function objectAt(revision: number, name: string, bytes = 1_000): StoredObject {
  const text = `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"${name}"},"data":{"x":"${'x'.repeat(bytes)}"}}`;
  return new StoredObject({ namespace: 'default', name }, utf8(text), revision);
}

const several = (count: number, bytes?: number) =>
  Array.from({ length: count }, (_, at) => objectAt(at + 1, `m${at}`, bytes));

const asked = (objects: readonly StoredObject[], selectedBy: string | undefined = '') => ({
  ...({ type: 'list', resource, objects, selectedBy } as const),
  ...{ resourceVersion: '1', continueToken: '', remainingItemCount: undefined },
});

const expected = (objects: readonly StoredObject[]) =>
  objects.map((object) => object.bytes(resource).toString('utf8')).join(',');

/** Runs that count the items they are asked to put together. */
function counted() {
  const memory = new RunMemory();
  let items = 0;
  const parts = (object: StoredObject) => {
    items++;
    return bytesOf(object);
  };
  const runs = new Runs(parts, Buffer.from(','), memory);
  return { runs, memory, taken: () => [items, (items = 0)][0] ?? 0 };
}

test('a list of unchanged objects is found whole; after a write only what is around it is put together again', () => {
  const { runs, taken } = counted();
  const objects = several(5_000);
  assert.equal(Buffer.concat(runs.of(asked(objects))).toString(), expected(objects));
  assert.equal(taken(), 5_000);
  assert.equal(Buffer.concat(runs.of(asked(objects))).toString(), expected(objects));
  assert.equal(taken(), 0);
  for (const [change, changed] of [
    ['a change', objects.with(2_500, objectAt(6_000, 'm2500'))],
    ['a deletion', objects.toSpliced(1_000, 1)],
    ['a creation', objects.toSpliced(4_000, 0, objectAt(7_000, 'new'))],
    ['a change of the first', objects.with(0, objectAt(8_000, 'm0'))],
    ['a change of the last', objects.with(-1, objectAt(9_000, 'm4999'))],
  ] as const) {
    assert.equal(Buffer.concat(runs.of(asked(changed))).toString(), expected(changed), change);
    assert.ok(taken() < 1_500, change);
    runs.of(asked(objects));
    taken();
  }
});

test('lists by different selectors of the same objects do not take the place of each other', () => {
  const { runs, taken } = counted();
  const all = several(1_000);
  const even = all.filter((_, at) => at % 2 === 0);
  for (let round = 0; round < 3; round++) {
    assert.equal(Buffer.concat(runs.of(asked(all))).toString(), expected(all));
    assert.equal(Buffer.concat(runs.of(asked(even, 'even'))).toString(), expected(even));
    assert.equal(taken(), round === 0 ? 1_500 : 0);
  }
});

test('nothing is kept of objects that were read from the past', () => {
  const { runs, taken } = counted();
  const objects = several(100);
  for (let round = 0; round < 2; round++) {
    const past = { ...asked(objects), selectedBy: undefined };
    assert.equal(Buffer.concat(runs.of(past)).toString(), expected(objects));
    assert.equal(taken(), 100);
  }
});

test('large items are sent from where they lie, between copies of small ones', () => {
  const { runs } = counted();
  const objects = [...several(3), objectAt(9, 'large', runLimits.copiedBytes), objectAt(10, 'last')];
  const large = objects[3]?.bytes(resource);
  const chunks = runs.of(asked(objects));
  assert.equal(Buffer.concat(chunks).toString(), expected(objects));
  assert.ok(chunks.some((chunk) => chunk === large));
  const [only] = [objectAt(11, 'alone', runLimits.copiedBytes)];
  assert.equal(Buffer.concat(runs.of(asked([only]))).toString(), expected([only]));
  assert.deepEqual(runs.of(asked([])), []);
});

test('while too much is on its way to readers, lists refer to their items', async () => {
  const { runs, memory } = counted();
  const objects = several(5_000);
  const bytes = expected(objects).length;
  const onTheirWay: Uint8Array[][] = [];
  for (let sent = 0; sent + 2 * bytes < runLimits.aliveBytes; sent += bytes)
    onTheirWay.push(runs.of(asked(objects, undefined)));
  const filling: (Buffer | undefined)[] = [];
  do filling.push(memory.allocate(runLimits.mostBytes));
  while (filling.at(-1));
  const chunks = runs.of({ ...asked(objects), selectedBy: undefined });
  assert.equal(Buffer.concat(chunks).toString(), expected(objects));
  assert.ok(chunks.length >= objects.length);
  assert.ok(memory.allocate(runLimits.leastKeptBytes - 1), 'small ones are counted nowhere');
  const weak = onTheirWay.flat().map((chunk) => new WeakRef(chunk.buffer));
  onTheirWay.length = 0;
  filling.length = 0;
  await stillHeld(weak);
  memory.sweep();
  assert.ok(memory.allocate(runLimits.mostBytes), 'what was taken makes room');
});

test('what is kept has a bound, and the latest is what stays', () => {
  const budget = new KeptBudget(100_000);
  const kept = new Kept<number>(budget, (bytes) => bytes);
  const objects = Array.from({ length: 1_000 }, () => ({}));
  const [first = {}] = objects;
  for (const object of objects) {
    kept.keep(object, { served: budget, made: 1_000 });
    assert.equal(kept.find(first, budget), 1_000, 'what is asked for stays');
  }
  const held = objects.filter((object) => kept.find(object, budget) !== undefined);
  assert.ok(held.length > 20 && held.length * 1_000 <= budget.limitBytes, `${held.length}`);
  assert.ok(held.includes(objects.at(-1) ?? {}));
  kept.keep(first, { served: budget, made: 200_000 });
  assert.equal(kept.find(first, budget), 200_000, 'one is kept, however large it is');
  kept.keep(objects[1] ?? {}, { served: budget, made: 1_000 });
  kept.keep(objects[2] ?? {}, { served: budget, made: 60_000 });
  assert.equal(kept.find(first, budget), undefined);
});

test('nothing is held of objects that are gone', async () => {
  const kept = new Kept<Buffer>(new KeptBudget(1_000_000), ({ length }) => length);
  const gone = Array.from({ length: 10 }, () => {
    const object = {};
    kept.keep(object, { served: kept, made: Buffer.alloc(10) });
    return new WeakRef(object);
  });
  assert.equal(await stillHeld(gone), 0);
});
