import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, refusalOf, type Tables } from './ask.ts';

const tables: Tables = {
  resources: {
    columns: [
      { name: 'name', type: 'string' },
      { name: 'type', type: 'string' },
      { name: 'size', type: 'long' },
      { name: 'properties', type: 'dynamic' },
    ],
    rows: [
      ['alpha', 'a/fleets', 3, { pools: [{ n: 'x' }, { n: 'y' }], on: true, at: '2026-01-10T00:00:00Z' }],
      ['beta', 'a/fleets', 1, { pools: [], on: false }],
      ['Gamma', 'a/clusters', 2, { text: 'one two-three' }],
      ['delta', 'a/clusters', null, null],
    ],
  },
  others: {
    columns: [
      { name: 'name', type: 'string' },
      { name: 'owner', type: 'string' },
    ],
    rows: [
      ['alpha', 'ann'],
      ['alpha', 'bob'],
      ['delta', 'cy'],
    ],
  },
};

/** Rows of a query, a row of one column as its value. */
async function rows(query: string): Promise<unknown[]> {
  const asked = await ask(query, tables);
  return asked.rows.map((row) => (row.length === 1 ? row[0] : [...row]));
}

const names = async (condition: string) => rows(`resources | where ${condition} | project name`);

describe('the query language of Resource Graph', () => {
  test('without a table means resources, and the names of tables have no case', async () => {
    assert.deepEqual(await rows('where name == "beta" | project name'), ['beta']);
    assert.deepEqual(await rows('| take 1 | project name'), ['alpha']);
    assert.deepEqual(await rows('RESOURCES | count'), [4]);
    assert.deepEqual(await rows('project name | limit 1 // the end'), ['alpha']);
  });

  test('compares texts with case and without, and finds parts and words of them', async () => {
    assert.deepEqual(await names("name == 'gamma'"), []);
    assert.deepEqual(await names("name =~ 'gamma'"), ['Gamma']);
    assert.deepEqual(await names("name !~ 'gamma' and name != 'beta'"), ['alpha', 'delta']);
    assert.deepEqual(await names("type contains 'FLEET'"), ['alpha', 'beta']);
    assert.deepEqual(await names("type contains_cs 'FLEET'"), []);
    assert.deepEqual(await names("name startswith 'g' or name endswith 'TA'"), ['beta', 'Gamma', 'delta']);
    assert.deepEqual(await names("properties.text has 'two'"), ['Gamma']);
    assert.deepEqual(await names("properties.text has 'tw'"), []);
    assert.deepEqual(await names("properties.text hasprefix 'tw' and properties.text !has 'four'"), [
      'Gamma',
    ]);
    assert.deepEqual(await names("name in~ ('ALPHA', 'x')"), ['alpha']);
    assert.deepEqual(await names("name !in ('alpha', 'beta')"), ['Gamma', 'delta']);
    assert.deepEqual(await names("name matches regex '^[a-b]'"), ['alpha', 'beta']);
    assert.deepEqual(await names("properties.text has_any ('nine', 'three')"), ['Gamma']);
    assert.deepEqual(await names("properties.text has_all ('one', 'nine')"), []);
  });

  test('lets nothing be equal to null, and nothing be before it', async () => {
    assert.deepEqual(await names('size > 0'), ['alpha', 'beta', 'Gamma']);
    assert.deepEqual(await names('size <= 1'), ['beta']);
    assert.deepEqual(await names('isnull(size)'), ['delta']);
    assert.deepEqual(await names("properties.text != 'x' and isempty(properties.text)"), [
      'alpha',
      'beta',
      'delta',
    ]);
    assert.deepEqual(await names('size between (2 .. 3)'), ['alpha', 'Gamma']);
    assert.deepEqual(await names('properties.on == true'), ['alpha']);
  });

  test('goes into objects and lists, and makes rows of their items', async () => {
    assert.deepEqual(await rows("resources | where name == 'alpha' | project properties.pools[1].n"), ['y']);
    assert.deepEqual(await rows("resources | where name == 'alpha' | project properties['pools'][-1]['n']"), [
      'y',
    ]);
    const expanded = 'resources | mv-expand pool = properties.pools | project name, n = tostring(pool.n)';
    assert.deepEqual(await rows(expanded), [
      ['alpha', 'x'],
      ['alpha', 'y'],
      ['beta', ''],
      ['Gamma', ''],
      ['delta', ''],
    ]);
    const typed = 'resources | mv-expand x = dynamic([1, "2"]) to typeof(long) | summarize sum(x)';
    assert.deepEqual(await rows(typed), [12]);
    assert.deepEqual(await rows('print x = 1').catch(({ problem }) => problem.code), 'InvalidQueryLanguage');
  });

  test('names columns as Kusto names them', async () => {
    const of = async (query: string) => (await ask(query, tables)).names;
    assert.deepEqual(
      await of('resources | project properties.pools, tostring(properties.on), size + 1, n = name'),
      ['properties_pools', 'properties_on', 'Column3', 'n'],
    );
    assert.deepEqual(
      await of('resources | summarize count(), sum(size), make_list(name), x = dcount(type) by type'),
      ['type', 'count_', 'sum_size', 'list_name', 'x'],
    );
    assert.deepEqual(await of('resources | join (others) on name'), [
      'name',
      'type',
      'size',
      'properties',
      'name1',
      'owner',
    ]);
    assert.deepEqual(await of('resources | project-away prop*, size | project-rename kind = type'), [
      'name',
      'kind',
    ]);
    assert.deepEqual(await of('resources | project-reorder size, name | project-keep name, size'), [
      'size',
      'name',
    ]);
  });

  test('sums up groups, and makes scalars of aggregates', async () => {
    assert.deepEqual(
      await rows('resources | summarize n = count(), most = max(size) by type | order by type asc'),
      [
        ['a/clusters', 2, 2],
        ['a/fleets', 2, 3],
      ],
    );
    assert.deepEqual(await rows('resources | summarize round(100.0 * countif(size > 1) / count(), 1)'), [50]);
    assert.deepEqual(await rows('resources | where false | summarize count(), sum(size), max(size)'), [
      [0, 0, null],
    ]);
    assert.deepEqual(await rows('resources | where false | summarize count() by type'), []);
    assert.deepEqual(await rows('resources | summarize arg_max(size, name)'), [[3, 'alpha']]);
    assert.deepEqual(
      await rows('resources | summarize arg_min(size, *) by type | project name | order by name asc'),
      ['Gamma', 'beta'],
    );
    assert.deepEqual(await rows('resources | summarize make_set(type), avg(size)'), [
      [['a/fleets', 'a/clusters'], 2],
    ]);
    assert.deepEqual(
      await rows('resources | summarize count() by bin(size, 2) | project size | order by size asc'),
      [null, 0, 2],
    );
  });

  test('joins tables: each row once by default, every pair with inner, rows without a partner with leftouter', async () => {
    const joined = (kind: string) =>
      rows(
        `resources | join ${kind} (others | project name, owner) on $left.name == $right.name | project name, owner`,
      );
    assert.deepEqual(await joined('kind=inner'), [
      ['alpha', 'ann'],
      ['alpha', 'bob'],
      ['delta', 'cy'],
    ]);
    assert.deepEqual((await joined('kind=leftouter')).length, 5);
    const unique = 'resources | extend k = "alpha" | join (others) on $left.k == $right.name | count';
    assert.deepEqual(await rows(unique), [2]);
    assert.deepEqual(
      await rows('resources | union (others) | summarize count() by owner | order by owner asc'),
      [
        ['', 4],
        ['ann', 1],
        ['bob', 1],
        ['cy', 1],
      ],
    );
  });

  test('sorts downwards where nothing is said, with nulls at the end', async () => {
    assert.deepEqual(await rows('resources | order by size | project name'), [
      'alpha',
      'Gamma',
      'beta',
      'delta',
    ]);
    assert.deepEqual(await rows('resources | sort by size asc | project name'), [
      'delta',
      'beta',
      'Gamma',
      'alpha',
    ]);
    assert.deepEqual(await rows('resources | top 2 by size asc nulls last | project name'), [
      'beta',
      'Gamma',
    ]);
    assert.deepEqual(await rows('resources | distinct type'), ['a/fleets', 'a/clusters']);
  });

  test('knows functions of texts, numbers, moments and objects', async () => {
    const scalars: readonly (readonly [string, unknown])[] = [
      ['strcat("a", 1, true)', 'a1true'],
      ["split('a/b/c', '/')[1]", 'b'],
      ["substring('abcdef', 2, 3)", 'cde'],
      ["indexof('abc', 'c')", 2],
      ["replace_string('aXbX', 'X', '$&')", 'a$&b$&'],
      ["extract('([0-9]+)-(x)', 1, 'no 42-x')", '42'],
      ["replace_regex('a1b2', '([0-9])', '<\\\\1>')", 'a<1>b<2>'],
      ["trim('-+', '--a-')", 'a'],
      ['strlen("äö")', 2],
      ["iff(1 > 2, 'x', 'y')", 'y'],
      ["case(false, 'a', true, 'b', 'c')", 'b'],
      ["coalesce(tostring(dynamic(null)), 'z')", 'z'],
      ['7 / 2', 3],
      ['7.0 / 2', 3.5],
      ['-3 % 2 + 10 * 2', 19],
      ['toint("12") + tolong(true)', 13],
      ["array_length(parse_json('[1,2,3]'))", 3],
      ['parse_json(\'{"a":{"b":7}}\').a.b', 7],
      ["tostring(pack('a', 1, 'b', dynamic([true])))", '{"a":1,"b":[true]}'],
      ['array_slice(dynamic([1,2,3,4]), 1, 2)', [2, 3]],
      ["bag_keys(dynamic({'a': 1, 'b': {}}))", ['a', 'b']],
      ["datetime_diff('day', now(), datetime(2026-01-10))", 5],
      ["format_datetime(ago(1d), 'yyyy-MM-dd')", '2026-01-14'],
      ['tostring(startofmonth(now()))', '2026-01-01T00:00:00.0000000Z'],
      ['(now() - datetime(2026-01-15 10:30)) / 1h', 1.5],
      ["datetime_add('month', 1, datetime(2026-01-31))", '2026-02-28T00:00:00.0000000Z'],
      ['tostring(1d + 2h)', '1.02:00:00'],
      ['not(true)', false],
      ['1 in (2, 1)', true],
      ["@'a\\b'", 'a\\b'],
      ["'it\\'s'", "it's"],
    ];
    for (const [expression, expected] of scalars) {
      assert.deepEqual(await rows(`others | take 1 | project x = ${expression}`), [expected], expression);
    }
  });

  test('has names for scalars with let', async () => {
    assert.deepEqual(
      await rows(
        'let kind = "a/fleets"; let n = 2; resources | where type == kind and size > n | project name',
      ),
      ['alpha'],
    );
    assert.equal((await refusalOf('let t = resources; t | count', tables)).code, 'InvalidQueryLanguage');
  });

  test('refuses what it does not speak by name and place', async () => {
    assert.deepEqual(await refusalOf('resources\n| parse name with x', tables), {
      code: 'InvalidQueryLanguage',
      message: 'InvalidQueryLanguage',
      line: 2,
      characterPositionInLine: 2,
      token: 'parse',
    });
    assert.deepEqual(await refusalOf('resources | where name == <', tables), {
      code: 'ParserFailure',
      message: 'ParserFailure',
      line: 1,
      characterPositionInLine: 26,
      token: '<',
    });
    assert.deepEqual(await refusalOf('nowhere | count', tables), {
      code: 'DisallowedLogicalTableName',
      message: 'Table nowhere is invalid, unsupported or disallowed.',
    });
    for (const [query, token] of [
      ['resources | join kind=fullouter (others) on name', 'fullouter'],
      ['resources | extend x = hash(name)', 'hash'],
      ['resources | evaluate bag_unpack(properties)', 'evaluate'],
      ['resources | mv-expand bagexpansion=array properties', 'bagexpansion'],
    ] as const) {
      const problem = await refusalOf(query, tables);
      assert.deepEqual([problem.code, problem.token], ['InvalidQueryLanguage', token], query);
    }
    for (const query of [
      'resources | where nothing == 1',
      'resources | where name == 1',
      'resources | where properties.on',
      'resources | summarize count() by properties.on',
      'resources | order by properties.on',
      'resources | project a = name, a = type',
      'resources | extend x = name.first',
      "resources | where name matches regex '('",
      'resources | extend x = tolower()',
    ]) {
      assert.equal((await refusalOf(query, tables)).code, 'InvalidQuery', query);
    }
  });
});
