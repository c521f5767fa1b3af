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

  test('columns that nobody names are refused when they are too many, before they get names', async () => {
    for (const query of [
      `project ${times(9_000, () => 'name')}`,
      `summarize by ${times(9_000, () => 'name')}`,
      `summarize ${times(2_500, () => 'arg_max(id, *)')}`,
      `summarize x = ${times(400, () => 'arg_max(id, *)').join(' + ')}`,
      `distinct ${times(9_000, () => 'name')}`,
      `extend ${times(4_000, () => 'a = 1')}`,
    ]) {
      await assertTooLarge(query);
    }
  });

  test('texts in which something stands everywhere are paid for place by place, and no row takes long alone', async () => {
    const long = `let s = '${'a'.repeat(256)}'; let t = strcat(${times(16, () => 's')}); let a = strcat(${times(30, () => 't')}); resources | take 1`;
    const several = (expression: string) => times(400, () => expression).join(' + ');
    for (const expression of [
      several("toint(a has 'a')"),
      several("toint(a has_any ('a'))"),
      several("countof(a, 'a')"),
      several('strlen(reverse(a))'),
      several('strlen(a)'),
      several('strlen(format_datetime(now(), a))'),
      "strlen(replace_regex(a, 'a.*b|a', ''))",
      "strlen(replace_regex(a, 'a', '\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0'))",
    ]) {
      await assertTooLarge(`${long} | project x = ${expression}`);
    }
    await assertTooLarge(
      `${long.replace('resources', `${times(200, (at) => `let q${at} = countof(a, 'a');`).join('')} resources`)}`,
    );
  });

  test('what replaces a match says groups with backslashes and nothing with dollars', async () => {
    for (const [fresh, expected] of [
      ['<\\\\1\\\\0>', 'x<bab>y<bab>'],
      ['$1$&$`', 'x$1$&$`y$1$&$`'],
      ['', 'xy'],
    ] as const) {
      const query = `take 1 | project x = replace_regex('xabyab', 'a(b)', '${fresh}')`;
      assert.deepEqual((await ask(query, tables)).rows, [[expected]], fresh);
    }
  });

  test('many rows are sorted in their order, and equal ones stay in theirs', async () => {
    const query = `resources | ${many} | extend n = toint(x) | project n, name, m = n % 7 | order by m asc`;
    const { rows } = await ask(query, tables);
    assert.equal(rows.length, 100_000);
    const before = await ask(
      `resources | ${many} | extend n = toint(x) | project n, name, m = n % 7`,
      tables,
    );
    assert.deepEqual(
      rows,
      before.rows.toSorted(([, , a], [, , b]) => Number(a) - Number(b)),
    );
  });

  test('tables stay as large as estates need them', async () => {
    assert.ok(queryLimits.cells >= 10_000 * 100 && queryLimits.tallies >= 10_000 * 20);
    const query = `resources | ${many} | summarize count(), make_set(x), max(x) by name`;
    assert.equal((await ask(query, tables)).rows.length, 100);
  });
});
