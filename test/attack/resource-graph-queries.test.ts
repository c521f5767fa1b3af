import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Row } from '../../src/providers/resource-graph/query/columns.ts';
import { queryLimits } from '../../src/providers/resource-graph/query/limits.ts';
import { ask, refusalOf, type Tables } from '../providers/resource-graph/ask.ts';

const rows: Row[] = Array.from({ length: 2_000 }, (_, at) => [`r${at}`, 'same', { a: [1, 2, 3] }]);
const tables: Tables = {
  resources: {
    columns: [
      { name: 'name', type: 'string' },
      { name: 'kind', type: 'string' },
      { name: 'properties', type: 'dynamic' },
    ],
    rows,
  },
};

/** What a query is refused with; the work until then is bounded, which is counted and not timed. */
const code = async (query: string) => (await refusalOf(query, tables)).code;
const doubled = (from: string, times: number, step: string) =>
  `take 1 | extend x = ${from} ${`| extend x = ${step} `.repeat(times)}`;

describe('hostile queries', () => {
  test('that are long, or deep, are refused before anything runs', async () => {
    assert.equal(await code(`where name == '${'a'.repeat(1024 * 1024)}'`), 'QueryLimitExceeded');
    assert.equal(await code(`where ${'('.repeat(50_000)}`), 'QueryLimitExceeded');
    assert.equal(await code(`where ${'not('.repeat(5_000)}true`), 'QueryLimitExceeded');
    assert.equal(await code(`extend x = ${'-'.repeat(9_000)}1`), 'QueryLimitExceeded');
    assert.equal(await code(`extend x = 1${' + 1'.repeat(9_000)}`), 'QueryLimitExceeded');
    assert.equal(await code(`extend x = properties${'.a'.repeat(9_000)}`), 'QueryLimitExceeded');
    assert.equal(await code(`extend x = properties${'[0'.repeat(5_000)}`), 'QueryLimitExceeded');
    assert.equal(await code(`${'union ('.repeat(100)}`), 'QueryLimitExceeded');
    assert.equal(await code(`${'('.repeat(10_000)}resources`), 'QueryLimitExceeded');
    assert.equal(await code(`take 1 ${'| take 1 '.repeat(300)}`), 'QueryLimitExceeded');
    assert.equal(
      await code(`extend x = dynamic(${'['.repeat(3_000)}${']'.repeat(3_000)})`),
      'QueryLimitExceeded',
    );
    assert.equal(await code(`where ${'a,'.repeat(30_000)}`), 'QueryLimitExceeded');
    assert.equal(await code("where name == 'open"), 'ParserFailure');
    assert.equal(await code('where \u0000'), 'ParserFailure');
  });

  test('that multiply rows stop at the limit of rows', async () => {
    assert.equal(await code('join kind=inner (resources) on kind | count'), 'QueryLimitExceeded');
    const twice = '| extend l = range_ | mv-expand l limit 2000 ';
    const list = JSON.stringify(Array.from({ length: 2_000 }, () => 1));
    assert.equal(await code(`extend range_ = dynamic(${list}) ${twice}| count`), 'QueryLimitExceeded');
    assert.equal(
      await code(`mv-expand properties.a ${'| mv-expand x = properties.a '.repeat(3)}`),
      'QueryLimitExceeded',
    );
    const joins = '| join (resources | project name) on name '.repeat(4);
    assert.equal(await code(`project name ${joins}`), 'QueryLimitExceeded');
    const alone = await ask('join kind=innerunique (resources | take 1) on kind | count', tables);
    assert.deepEqual(alone.rows, [[1]]);
  });

  test('that multiply values stop at the limits of texts and parts', async () => {
    assert.equal(await code(doubled("'aaaaaaaa'", 30, 'strcat(x, x)')), 'QueryLimitExceeded');
    assert.equal(await code(doubled("'aaaa'", 30, "replace_string(x, 'a', 'aa')")), 'QueryLimitExceeded');
    assert.equal(await code(doubled("'aaaa'", 30, "replace_regex(x, 'a', 'aa')")), 'QueryLimitExceeded');
    assert.equal(await code(doubled('properties', 60, "pack('a', x, 'b', x)")), 'QueryLimitExceeded');
    assert.equal(await code(doubled('properties', 60, 'pack_array(x, x)')), 'QueryLimitExceeded');
    assert.equal(await code(doubled('properties.a', 60, 'array_concat(x, x)')), 'QueryLimitExceeded');
    const big = `let s = ${'replace_string('.repeat(16)}'a'${", 'a', 'aa')".repeat(16)}; `;
    assert.equal(await code(`${big} resources | summarize count() by name, s`), 'QueryLimitExceeded');
    assert.equal(await code(`${big} resources | extend t = strcat(name, s) | count`), 'QueryLimitExceeded');
    assert.equal(
      await code(`${big} resources | summarize l = make_list(s) | extend t = strcat_array(l, '')`),
      'QueryLimitExceeded',
    );
    assert.equal(
      await code(`${big} resources | extend t = strcat(s${', s'.repeat(60)})`),
      'QueryLimitExceeded',
    );
  });

  test('that look for what takes long to be found are paid for before', async () => {
    const texts = (count: number) =>
      `let w = ${'replace_string('.repeat(count)}'a'${", 'a', 'aa')".repeat(count)}; let p = strcat('b', substring(w, 0, strlen(w) / 2)); resources | where `;
    for (const condition of [
      'w contains p',
      'w has p',
      'w has_any (p)',
      'indexof(w, p) > 0',
      'countof(w, p) > 0',
    ]) {
      assert.equal(await code(`${texts(17)}${condition} | count`), 'QueryLimitExceeded', condition);
    }
    for (const pattern of [
      '(a+)+$',
      '(a|aa)*b',
      '(.*)(.*)(.*)(.*)x',
      `(${'a?'.repeat(500)})${'a'.repeat(500)}`,
    ]) {
      assert.equal(
        await code(`${texts(17)}w matches regex '${pattern}' | count`),
        'QueryLimitExceeded',
        pattern,
      );
    }
    const repeated = await code("where name matches regex '((a{500}){500}){500}'");
    assert.ok(['InvalidQuery', 'QueryLimitExceeded'].includes(repeated));
    const fine = await ask("where name matches regex '^r(1|2)+$' | count", tables);
    assert.ok(fine.steps < queryLimits.steps / 20);
  });

  test('meet no names that objects bring along', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      assert.equal(await code(`extend x = ${name}(1)`), 'InvalidQueryLanguage', name);
      assert.equal(await code(`extend x = ${name}`), 'InvalidQuery', name);
      assert.equal(await code(`${name} | count`), 'DisallowedLogicalTableName', name);
      assert.equal(await code(`summarize ${name}()`), 'InvalidQuery', name);
      assert.equal(await code(`mv-expand properties.a to typeof(${name})`), 'InvalidQueryLanguage', name);
      const member = await ask(`take 1 | project x = isnull(properties.${name})`, tables);
      assert.deepEqual(member.rows, [[true]], name);
    }
    assert.equal(await code('extend x = 1constructor'), 'ParserFailure');
    const packed = await ask("take 1 | project x = tostring(pack('__proto__', 1))", tables);
    assert.deepEqual(packed.rows, [['{"__proto__":1}']]);
  });
});
