import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileJsonPath } from '../../src/apiserver/crd/json-path.ts';
import type { Json, JsonObject } from '../../src/base/index.ts';
import { assertLinear, assertSteps } from './steps.ts';

function nested(levels: number): JsonObject {
  let value: JsonObject = { a: 1 };
  for (let level = 1; level < levels; level++) value = { a: value };
  return value;
}

const list = (length: number): JsonObject => ({ l: Array.from({ length }, (_, i): Json => ({ a: i })) });

for (const path of [
  '..a..a..a..b',
  '..*..*..*..*',
  `.l${'[0,0]'.repeat(40)}`,
  '..[?(@..[?(@..a)])]',
  `.l[${'0,'.repeat(5_000)}0].a`,
]) {
  test(`a column whose path leads to the same values again and again ends: ${path.slice(0, 30)}`, async () => {
    const { find } = compileJsonPath(path);
    for (const object of [nested(400), list(1_000), { l: [[[[[[nested(20)]]]]]] }])
      await assertSteps(600_000, () => find(object));
  });
}

test('a column finds what stands deep in a large object, in time linear in its size', async () => {
  const { find } = compileJsonPath('..a');
  assert.equal(find(list(50_000)).length, 50_000);
  await assertLinear({ size: 4_000, input: list, run: find });
  assert.equal(compileJsonPath('.l[*].a').find(list(50_000)).length, 50_000);
  assert.equal(find(nested(400)).length, 400);
});

test('filters within filters without end are refused as what they are', () => {
  assert.throws(() => compileJsonPath('[?(@'.repeat(100_000)), {
    code: 'invalid',
    message: /nested too deeply/,
  });
  assert.doesNotThrow(() => compileJsonPath(`.l${'[?(@.a'.repeat(20)}${')]'.repeat(20)}`));
});
