import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../src/base/index.ts';
import { conform, type Shape, type ShapeFaults } from '../../src/providers/shape.ts';

const shape: Shape = {
  name: 'text',
  count: 'integer',
  share: 'number',
  isOn: 'boolean',
  extra: 'any',
  tags: { '*': 'text' },
  pools: [{ nodeCount: 'integer', labels: { '*': { deep: 'text' } } }],
  free: [],
};
const wrongType = (path: string, found: string, wanted: string) =>
  new Error(`${path}: ${found}, not ${wanted}`);
const faults: ShapeFaults = { wrongType };
const strict: ShapeFaults = { wrongType, unknown: (path, name) => new Error(`${path}: unknown ${name}`) };
const lax: ShapeFaults = { wrongType, coerces: true };

const read = (value: Json, how = faults, of: Shape = shape) =>
  conform(value, of, { path: 'body', faults: how });

test('a body as the documentation has it is answered itself, whatever is in it', () => {
  const body: Json = {
    name: 'n',
    count: 1,
    share: 0.5,
    isOn: false,
    extra: { Any: [null] },
    tags: { Constructor: 'a', b: '' },
    pools: [{ nodeCount: 2, labels: { x: { deep: 'd' } } }, null],
    free: [1, 'a', null],
  };
  for (const each of [body, {}, { tags: {} }, { pools: [] }, { extra: 'x' }])
    for (const how of [faults, strict, lax]) assert.equal(read(each, how), each, JSON.stringify(each));
  assert.equal(read('text', faults, 'text'), 'text');
});

test('members are read whatever their case, at every depth, and those that are null are left out', () => {
  assert.deepEqual(
    read({
      NAME: 'n',
      ISON: true,
      count: null,
      Tags: { KeptAs: 'it is', none: null },
      POOLS: [{ NODECOUNT: 2, LABELS: { KeptToo: { DEEP: 'd' } } }],
    }),
    {
      name: 'n',
      isOn: true,
      tags: { KeptAs: 'it is' },
      pools: [{ nodeCount: 2, labels: { KeptToo: { deep: 'd' } } }],
    },
  );
  assert.deepEqual(read({ name: 'first', NAME: 'last' }), { name: 'last' });
  assert.deepEqual(read({ name: 'first', NAME: null }), {}, 'the last one counts');
});

test('members that nobody knows are kept as they are, or refused where the provider refuses them', () => {
  const odd: Json = { Unknown: { A: null, b: [1] }, constructor: 1, name: 'n' };
  assert.deepEqual(read(odd), odd);
  assert.throws(() => read(odd, strict), /^Error: body: unknown Unknown$/);
  assert.throws(() => read({ pools: [{}, { What: 1 }] }, strict), /^Error: body\.pools\[1\]: unknown What$/);
  assert.throws(() => read({ toString: 'x' }, strict), /unknown toString/);
});

test('the first place that does not fit is named, with what was found there', () => {
  const cases: readonly (readonly [Json, RegExp])[] = [
    [[], /^Error: body: array, not object$/],
    ['x', /^Error: body: string, not object$/],
    [null, /^Error: body: null, not object$/],
    [{ name: 1 }, /^Error: body\.name: number, not string$/],
    [{ NAME: true }, /^Error: body\.name: bool, not string$/],
    [{ count: '1' }, /^Error: body\.count: string, not int32$/],
    [{ count: 1.5 }, /^Error: body\.count: number 1\.5, not int32$/],
    [{ share: 'x' }, /^Error: body\.share: string, not float64$/],
    [{ isOn: 'true' }, /^Error: body\.isOn: string, not bool$/],
    [{ tags: [] }, /^Error: body\.tags: array, not map$/],
    [{ tags: { a: 1 } }, /^Error: body\.tags\.a: number, not string$/],
    [{ pools: {} }, /^Error: body\.pools: object, not slice$/],
    [{ pools: [{ nodeCount: {} }] }, /^Error: body\.pools\[0\]\.nodeCount: object, not int32$/],
    [
      { pools: [{ labels: { x: { deep: [] } } }] },
      /^Error: body\.pools\[0\]\.labels\.x\.deep: array, not string$/,
    ],
  ];
  for (const [value, message] of cases) assert.throws(() => read(value), message, JSON.stringify(value));
});

test('where texts are taken for what they spell, they become it', () => {
  assert.deepEqual(read({ name: 1, count: '7', share: '0.5', isOn: 'TRUE', tags: { a: true, b: 2 } }, lax), {
    name: '1',
    count: 7,
    share: 0.5,
    isOn: true,
    tags: { a: 'true', b: '2' },
  });
  for (const value of [
    { count: '1.5' },
    { count: 'x' },
    { count: '' },
    { isOn: 'yes' },
    { share: 'much' },
    { name: {} },
  ])
    assert.throws(() => read(value, lax), /^Error: body\.\w+: .+, not /, JSON.stringify(value));
});
