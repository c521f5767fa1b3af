import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from '../../src/base/index.ts';
import { opened, result } from './support.ts';

/** Calls and what the documentation says of them, in examples of our own. */
const laws: readonly (readonly [string, Json])[] = [
  ["array('a')", ['a']],
  ["concat('a', '-', 'b')", 'a-b'],
  ["concat(createArray(1, 2), createArray('x'))", [1, 2, 'x']],
  ["contains('OneTwo', 'Two')", true],
  ["contains(createObject('Key', 1), 'key')", true],
  ["contains(createArray('a', 'b'), 'c')", false],
  ["empty('')", true],
  ['empty(createArray())', true],
  ["first('first')", 'f'],
  ['first(createArray(3, 4))', 3],
  ['last(createArray(3, 4))', 4],
  ['flatten(createArray(createArray(1), createArray(2, 3)))', [1, 2, 3]],
  ["indexOf('abcdabcd', 'CD')", 2],
  ["lastIndexOf('abcdabcd', 'ab')", 4],
  ["indexOf(createArray('a', 'b'), 'b')", 1],
  ['intersection(createArray(1, 2, 3), createArray(3, 2))', [2, 3]],
  ["intersection(createObject('a', 1, 'b', 2), createObject('a', 1, 'b', 3))", { a: 1 }],
  [
    "union(createObject('a', createObject('x', 1)), createObject('a', createObject('y', 2)))",
    { a: { x: 1, y: 2 } },
  ],
  ['union(createArray(1, 2), createArray(2, 3))', [1, 2, 3]],
  [
    "shallowMerge(createArray(createObject('a', createObject('x', 1)), createObject('a', createObject('y', 2))))",
    { a: { y: 2 } },
  ],
  ['length(range(5, 3))', 3],
  ['range(5, 3)', [5, 6, 7]],
  ["skip('hello', 2)", 'llo'],
  ['take(range(0, 9), 2)', [0, 1]],
  ['max(1, 7, 3)', 7],
  ['min(createArray(4, 2))', 2],
  ["tryGet(createObject('a', createArray(1)), 'a', 0)", 1],
  ["tryGet(createObject('a', 1), 'b')", null],
  ['indexFromEnd(createArray(1, 2, 3), 1)', 3],
  ["coalesce(null(), '', 'x')", ''],
  ["equals(createObject('a', 1), createObject('a', 1))", true],
  ["less('a', 'b')", true],
  ['greaterOrEquals(2, 2)', true],
  ['and(true(), equals(1, 2))', false],
  ["or(true(), bool('nonsense'))", true],
  ["if(equals(1, 1), 'yes', div(1, 0))", 'yes'],
  ["not(bool('1'))", false],
  ['add(5, 3)', 8],
  ['div(8, 3)', 2],
  ['mod(7, 3)', 1],
  ["int('4')", 4],
  [
    "items(createObject('b', 2, 'a', 1))",
    [
      { key: 'a', value: 1 },
      { key: 'b', value: 2 },
    ],
  ],
  ["objectKeys(createObject('b', 2, 'a', 1))", ['a', 'b']],
  ['json(\'{"a": [1]}\').a[0]', 1],
  ["base64ToString(base64('one, two'))", 'one, two'],
  ["dataUriToString(dataUri('Hello'))", 'Hello'],
  ["uriComponentToString(uriComponent('http://a b/'))", 'http://a b/'],
  ["uri('http://contoso.org/firstpath/', 'azure/x.json')", 'http://contoso.org/firstpath/azure/x.json'],
  [
    "format('{0}, {1}. Formatted number: {2:N0}', 'Hello', 'User', 8175133)",
    'Hello, User. Formatted number: 8,175,133',
  ],
  ["join(createArray('a', 'b'), '/')", 'a/b'],
  ["padLeft('12', 5, '0')", '00012'],
  ["replace('123-123', '-', '')", '123123'],
  ["split('one;two,three', createArray(';', ','))", ['one', 'two', 'three']],
  ["startsWith('abcdef', 'AB')", true],
  ["string(createObject('a', 1))", '{"a":1}'],
  ['string(true())', 'True'],
  ["substring('one two three', 4, 3)", 'two'],
  ["toUpper(trim('  a '))", 'A'],
  ["dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')", '4/7/2023 2:53:14 PM'],
  ["dateTimeAdd('2020-04-07 14:53:14Z', '-P9D', 'yyyy-MM-dd')", '2020-03-29'],
  ["dateTimeAdd('2020-01-31 00:00:00Z', 'P1M', 'u')", '2020-02-29 00:00:00Z'],
  ["dateTimeFromEpoch(dateTimeToEpoch('2023-05-15T16:55:00Z'))", '2023-05-15T16:55:00Z'],
  ["parseCidr('10.144.0.0/20').lastUsable", '10.144.15.254'],
  ["cidrSubnet('10.144.0.0/20', 24, 2)", '10.144.2.0/24'],
  ["cidrHost('10.144.3.0/24', 0)", '10.144.3.1'],
  ["parseCidr('fdad:3236:5555::/48').lastUsable", 'fdad:3236:5555:ffff:ffff:ffff:ffff:ffff'],
  ["map(createArray(1, 2), lambda('x', mul(lambdaVariables('x'), 10)))", [10, 20]],
  ["filter(range(0, 5), lambda('x', greater(lambdaVariables('x'), 3)))", [4]],
  ["reduce(range(1, 4), 0, lambda('sum', 'x', add(lambdaVariables('sum'), lambdaVariables('x'))))", 10],
  [
    "sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))",
    [1, 2, 3],
  ],
  [
    "toObject(createArray('a', 'b'), lambda('x', lambdaVariables('x')), lambda('x', length(lambdaVariables('x'))))",
    { a: 1, b: 1 },
  ],
  ["groupBy(createArray('aa', 'b', 'ac'), lambda('x', first(lambdaVariables('x')))).a", ['aa', 'ac']],
  ["mapValues(createObject('a', 1), lambda('x', add(lambdaVariables('x'), 1)))", { a: 2 }],
  [
    "resourceId('Microsoft.A/b/c', 'x', 'y')",
    '/subscriptions/s1/resourceGroups/g1/providers/Microsoft.A/b/x/c/y',
  ],
  ["resourceId('g2', 'Microsoft.A/b', 'x')", '/subscriptions/s1/resourceGroups/g2/providers/Microsoft.A/b/x'],
  ["subscriptionResourceId('Microsoft.A/b', 'x')", '/subscriptions/s1/providers/Microsoft.A/b/x'],
  ["tenantResourceId('Microsoft.A/b', 'x')", '/providers/Microsoft.A/b/x'],
  [
    "extensionResourceId('/subscriptions/s', 'Microsoft.A/b', 'x')",
    '/subscriptions/s/providers/Microsoft.A/b/x',
  ],
  // As Bicep gives them.
  ["uniqueString('test')", 'rbgf3xv4ufgzg'],
  ["uniqueString('hello', 'world')", 'a7wkljktk6wne'],
  [
    "uniqueString('/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/my-rg')",
    'bmg7c6xu4tw46',
  ],
  // A name-based UUID in Resource Manager's namespace.
  ["guid('a', 'b', 'c')", 'a98fa280-e03f-5afa-8d8e-92d0a9c201e8'],
];

for (const [call, expected] of laws) {
  test(`${call} is ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(result(call), expected);
  });
}

const refusals: readonly (readonly [string, RegExp])[] = [
  ['nosuch()', /^The template function 'nosuch' is not valid\./],
  ["createObject('a', 1).b", /property 'b' doesn't exist, available properties are 'a'\.$/],
  ['createArray(1)[3]', /^The language expression property array index '3' is out of bounds\.$/],
  ["concat('a'", /expected token 'RightParenthesis' and actual 'EndOfData'/],
  ["resourceId('Microsoft.A/b', 'x', 'y')", /requires '1' resource name argument\(s\) and '2' were given/],
  ['div(1, 0)', /the divisor is zero/],
  ['utcNow()', /can only be used as the default value of a template parameter/],
  ["fail('told')", /^told$/],
];

for (const [call, reason] of refusals) {
  test(`${call} is refused`, () => {
    assert.throws(() => result(call), { message: reason });
  });
}

/** Templates that would grow without end. */
const hostile: readonly (readonly [string, string, JsonObject])[] = [
  [
    'a text that doubles',
    "reduce(range(0, 60), 'ab', lambda('s', 'x', concat(lambdaVariables('s'), lambdaVariables('s'))))",
    {},
  ],
  [
    'a list of lists that shares its parts',
    "string(reduce(range(0, 60), 'ab', lambda('s', 'x', createArray(lambdaVariables('s'), lambdaVariables('s')))))",
    {},
  ],
  ['padding', "padLeft('x', 2000000000)", {}],
  ['wide places of a format', "map(range(0, 10000), lambda('x', format('{0,999999}', 'a')))", {}],
  ['loops in loops', "map(range(0, 10000), lambda('x', map(range(0, 10000), lambda('y', 1))))", {}],
  ['replacing', "replace(padLeft('', 100000, 'a'), 'a', padLeft('', 100000, 'b'))", {}],
  [
    'a user function that calls itself',
    'f.f(1)',
    {
      functions: [
        {
          namespace: 'f',
          members: {
            f: {
              parameters: [{ name: 'x', type: 'int' }],
              output: { type: 'int', value: "[f.f(parameters('x'))]" },
            },
          },
        },
      ],
    },
  ],
  [
    'variables in a circle',
    "variables('a')",
    { variables: { a: "[variables('b')]", b: "[variables('a')]" } },
  ],
  [
    'variables that double each other',
    "variables('v40')",
    {
      variables: Object.fromEntries(
        Array.from({ length: 41 }, (_, at) => [
          `v${at}`,
          at === 0 ? 'x' : `[createArray(variables('v${at - 1}'), variables('v${at - 1}'))]`,
        ]),
      ),
    },
  ],
  ['what nests deeply', `${'createArray('.repeat(3_000)}1${')'.repeat(3_000)}`, {}],
];

for (const [what, call, sections] of hostile) {
  test(`${what} ends in a refusal`, () => {
    assert.throws(() => result(call, sections), { name: 'TemplateError' });
  });
}

test('parameters are judged by their definitions, in the words that clients know', () => {
  const judge = (definition: JsonObject, given?: Json) =>
    opened({ parameters: { p: definition } }, given === undefined ? {} : { p: { value: given } }).parameters[
      'p'
    ];
  assert.equal(judge({ type: 'string', defaultValue: "[utcNow('yyyy')]" }), '2020');
  assert.equal(judge({ type: 'int', nullable: true }), null);
  assert.throws(
    () => judge({ type: 'string' }),
    /The value for the template parameter 'p' .* is not provided/,
  );
  assert.throws(
    () => judge({ type: 'string' }, 1),
    /Expected a value of type 'String, Uri', but received a value of type 'Integer'/,
  );
  assert.throws(
    () => judge({ type: 'string', allowedValues: ['a', 'b'] }, 'c'),
    /not part of the allowed value\(s\): 'a,b'/,
  );
  assert.throws(() => judge({ type: 'int', maxValue: 3 }, 4), /less than or equal to '3'/);
  assert.throws(
    () => judge({ type: 'securestring', allowedValues: ['a'] }, 'geheim'),
    (thrown: Error) => !thrown.message.includes('geheim'),
  );
  assert.throws(
    () => opened({ parameters: {} }, { q: { value: 1 } }),
    /template parameters 'q' in the parameters file are not valid/,
  );
});
