import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from '../../src/base/canonical-json.ts';
import {
  decodeJson,
  encodeJson,
  integerOf,
  type JsonFindings,
  jsonEqual,
  parseExactly,
  parseJson,
  utf8,
} from '../../src/base/index.ts';

function findings(text: string): JsonFindings {
  const found: JsonFindings = { duplicates: [], numbers: new Map(), tooLarge: undefined };
  parseExactly(text, found);
  return found;
}

test('integers of 64 bits are read and written to the digit, longer ones as the nearest double', () => {
  for (const digits of [
    '9223372036854775807',
    '-9223372036854775808',
    '9007199254740993',
    '1234567890123456',
  ]) {
    const text = `{"list":[1,{"deep":${digits}}],"padding":"0123"}`;
    assert.equal(new TextDecoder().decode(encodeJson(decodeJson(utf8(text)))), text);
  }
  assert.equal(integerOf('9223372036854775808'), 2 ** 63);
  assert.equal(integerOf('9007199254740991'), 9007199254740991);
  assert.equal(integerOf('9007199254740992'), 9007199254740992n);
});

test('a long number is found wherever it stands, and digits inside a text stay text', () => {
  const digits = '9007199254740993';
  for (let before = 0; before < 40; before++) {
    const text = `{"a":"${'x'.repeat(before)}","b":${digits}}`;
    assert.deepEqual(parseJson(text), { a: 'x'.repeat(before), b: 9007199254740993n });
  }
  assert.deepEqual(parseJson(`{"a":"${digits}","b":"say \\"${digits}\\" \\\\"}`), {
    a: digits,
    b: `say "${digits}" \\`,
  });
});

test('the exact reader reads what JSON.parse reads', () => {
  const texts = [
    '{}',
    '[]',
    '[[],{}, null,true , false]',
    ' {"a" : [1, -2.5e3, "\\u00e9\\n"], "b\\"c": {"d": null}} ',
    '{"__proto__":{"x":1},"constructor":2}',
    '"\\\\"',
    '0',
  ];
  for (const text of texts) assert.deepEqual(parseExactly(text), JSON.parse(text), text);
});

test('members that stand twice and numbers in another form are told with their path', () => {
  const found = findings('{"a":1,"list":[{"b":1,"b":2},{"b":1}],"a":2,"a":3,"n":2.0,"m":[1e3,1e400],"k":7}');
  assert.deepEqual(found.duplicates, ['list[0].b', 'a']);
  assert.deepEqual(
    [...found.numbers],
    [
      ['n', '2.0'],
      ['m[0]', '1e3'],
      ['m[1]', '1e400'],
    ],
  );
  assert.equal(found.tooLarge, '1e400');
});

test('text that is nested too deeply is refused, and bytes that are no UTF-8', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  assert.ok(parseExactly(nested(2_000)));
  assert.throws(() => parseExactly(nested(2_002)), /exceeded max depth/);
  assert.throws(() => decodeJson(new Uint8Array([0x22, 0xff, 0x22])), TypeError);
});

test('equal values have one text, whatever the order of their members, and different ones have not', () => {
  const one = canonicalJson({ b: [1, { d: null, c: 'x' }], a: 9007199254740993n });
  assert.equal(one, canonicalJson({ a: 9007199254740993n, b: [1, { c: 'x', d: null }] }));
  assert.notEqual(one, canonicalJson({ a: 9007199254740993n, b: [{ c: 'x', d: null }, 1] }));
  assert.notEqual(canonicalJson({ a: '1' }), canonicalJson({ a: 1 }));
  assert.notEqual(canonicalJson({ a: null }), canonicalJson({}));
});

test('an object is equal to no other one whose members have other names, not even names of a prototype', () => {
  const values = ['{}', '{"y":1}', '{"y":{}}', '{"__proto__":{}}', '{"__proto__":1}', '{"constructor":{}}'];
  values.push('{"toString":{}}', '{"__proto__":{},"y":1}', '{"y":null}', '{"__proto__":null}');
  for (const a of values) {
    for (const b of values) assert.equal(jsonEqual(JSON.parse(a), JSON.parse(b)), a === b, `${a} ${b}`);
    for (const b of values)
      assert.equal(jsonEqual([JSON.parse(a)], [JSON.parse(b)]), a === b, `[${a}] [${b}]`);
  }
});
