import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cellAt } from '../../src/apimachinery/duration.ts';
import type { Json, JsonObject } from '../../src/base/index.ts';
import { builtinResources, humanDuration } from '../../src/kinds/index.ts';

/** Objects with the cells that a real server v1.34.4 printed for them (tools/record-tables.ts). */
interface ReferenceRow {
  readonly nowMs: number;
  readonly object: JsonObject;
  readonly cells: readonly Json[];
}

const rows = JSON.parse(
  readFileSync(new URL('reference/tables.json', import.meta.url), 'utf8'),
) as readonly ReferenceRow[];

function columnsOf(object: JsonObject) {
  const found = builtinResources().find(
    ({ group, version, kind }) =>
      kind === object['kind'] && (group ? `${group}/${version}` : version) === object['apiVersion'],
  );
  assert.ok(found);
  return found.columns;
}

for (const { nowMs, object, cells } of rows) {
  const name = (object['metadata'] as JsonObject)['name'];
  test(`a real server prints the same row: ${object['kind']} ${name} of ${object['apiVersion']}`, () => {
    const columns = columnsOf(object);
    // IPAddresses have one cell more there than they have columns.
    const printed = columns.cells(object).map((cell) => cellAt(cell, nowMs));
    assert.deepEqual(printed, cells.slice(0, columns.definitions.length));
  });
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const ages: readonly (readonly [number, string])[] = [
  [-5 * secondMs, '<invalid>'],
  [-secondMs, '0s'],
  [0, '0s'],
  [119 * secondMs, '119s'],
  [2 * minuteMs, '2m'],
  [3 * minuteMs + 15 * secondMs, '3m15s'],
  [10 * minuteMs + 59 * secondMs, '10m'],
  [179 * minuteMs, '179m'],
  [3 * hourMs, '3h'],
  [7 * hourMs + 2 * minuteMs, '7h2m'],
  [47 * hourMs + 59 * minuteMs, '47h'],
  [2 * dayMs, '2d'],
  [7 * dayMs + 5 * hourMs, '7d5h'],
  [8 * dayMs + 5 * hourMs, '8d'],
  [729 * dayMs, '729d'],
  [2 * 365 * dayMs + dayMs, '2y1d'],
  [9 * 365 * dayMs, '9y'],
];

test('ages read as kubectl prints them', () => {
  for (const [durationMs, text] of ages) assert.equal(humanDuration(durationMs), text);
});
