import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { queryLimits } from '../../../src/providers/resource-graph/query/limits.ts';
import { ask, refusalOf, type Tables } from './ask.ts';

const tables: Tables = {
  resources: {
    columns: [
      { name: 'id', type: 'string' },
      { name: 'name', type: 'string' },
      { name: 'properties', type: 'dynamic' },
    ],
    rows: Array.from({ length: 100 }, (_, at) => [`/r/${at}`, `r${at}`, { at }]),
  },
};

const times = (count: number, one: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => one(at));
/** A thousand rows of each. */
const many = `mv-expand x = dynamic([${times(1_000, String)}]) to typeof(string) limit 1000`;

async function assertTooLarge(query: string): Promise<void> {
  const problem = await refusalOf(query, tables);
  assert.equal(problem.code, 'QueryLimitExceeded', `${problem.message} ${query.slice(0, 200)}`);
}

describe('what a query may cost', () => {
  test('aggregates of many groups are refused before they fill the memory', async () => {
    const counts = times(490, (at) => `a${at} = count()`);
    await assertTooLarge(`resources | ${many} | extend k = strcat(name, x) | summarize ${counts} by k`);
    const lists = times(490, (at) => `a${at} = make_list(name)`);
    await assertTooLarge(`resources | ${many} | summarize ${lists}`);
  });

  test('wide tables of many rows are refused, whichever operator makes them', async () => {
    const wide = `extend k = 1, ${times(240, (at) => `a${at} = 1`)}`;
    await assertTooLarge(`resources | ${many} | ${wide}`);
    await assertTooLarge(`resources | ${wide} | join kind=inner (resources | ${wide}) on k`);
    await assertTooLarge(`resources | ${wide} | ${many}`);
    await assertTooLarge(`resources | distinct ${times(501, () => 'name')}`);
  });

  test('signs before a number nest nothing, however many there are', async () => {
    assert.equal((await ask(`where 1 == ${'+'.repeat(19_000)}1 | take 1`, tables)).rows.length, 1);
    await assertTooLarge(`where 1 == ${'-+'.repeat(9_000)}1`);
  });

  test('tables stay as large as estates need them', async () => {
    assert.ok(queryLimits.cells >= 10_000 * 100 && queryLimits.tallies >= 10_000 * 20);
    const query = `resources | ${many} | summarize count(), make_set(x), max(x) by name`;
    assert.equal((await ask(query, tables)).rows.length, 100);
  });
});
