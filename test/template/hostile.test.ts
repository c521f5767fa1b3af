import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { TemplateError } from '../../src/template/index.ts';
import { opened, result } from './support.ts';

test('names that mean something to JavaScript are no functions, types, formats or branches of the language', () => {
  for (const expression of ["constructor('a')", '__proto__()', "constructor.constructor('x')"])
    assert.throws(() => result(expression), /The template function '.*' is not valid/);
  for (const type of ['constructor', '__proto__', 'toString'])
    assert.throws(() => opened({ parameters: { p: { type, defaultValue: 1 } } }), TemplateError);
  assert.equal(result("dateTimeAdd('2020-01-01T00:00:00Z', 'P1D', 'constructor')"), 'con0ArucAor');
  assert.deepEqual(result("intersection(createObject('__proto__', json('{}')), createObject('a', 1))"), {});
});

test('a text that is half a character, and a float as a hexadecimal number, are answered like anything else', () => {
  assert.equal(result('uriComponent(json(\'"\\ud800"\'))'), '%EF%BF%BD');
  assert.throws(() => result("format('{0:X}', float('1.5'))"), TemplateError);
});

/** Texts of millions of characters that look alike until their end: in a search that begins again each time, hours. */
const alike: JsonObject = {
  variables: {
    long: "[padLeft('', 4000000, 'a')]",
    last: "[concat(padLeft('', 2000000, 'a'), 'b')]",
    first: "[concat('b', padLeft('', 2000000, 'a'))]",
    middle: "[concat(padLeft('', 100000, 'a'), 'b', padLeft('', 100000, 'a'))]",
  },
};

test('searching for a text that repeats itself never costs more than both are long', () => {
  for (const part of ['last', 'first', 'middle']) {
    assert.equal(result(`contains(variables('long'), variables('${part}'))`, alike), false);
    assert.equal(result(`indexOf(variables('long'), variables('${part}'))`, alike), -1);
    assert.equal(result(`lastIndexOf(variables('long'), variables('${part}'))`, alike), -1);
    assert.equal(result(`length(split(variables('long'), variables('${part}')))`, alike), 1);
    assert.equal(result(`length(replace(variables('long'), variables('${part}'), 'x'))`, alike), 4_000_000);
  }
});

test('long parts are found where they stand, first, last, and without overlapping', () => {
  const part = `ab${'a'.repeat(38)}`;
  const whole = `${part}-${part}b${'a'.repeat(38)}`;
  const sections = { variables: { whole, part, twice: 'x'.repeat(80), x: 'x'.repeat(40) } };
  assert.equal(result("indexOf(variables('whole'), variables('part'))", sections), 0);
  assert.equal(
    result("lastIndexOf(variables('whole'), variables('part'))", sections),
    whole.lastIndexOf(part),
  );
  assert.deepEqual(result("split(variables('whole'), variables('part'))", sections), whole.split(part));
  assert.equal(
    result("replace(variables('whole'), variables('part'), '$&')", sections),
    whole.replaceAll(part, () => '$&'),
  );
  assert.equal(result("lastIndexOf(variables('twice'), variables('x'))", sections), 40);
  assert.deepEqual(result("split('a;b,c;', createArray(',', ';', ''))"), ['a', 'b', 'c', '']);
  assert.deepEqual(result("split('abcab', createArray('ab', 'a'))"), ['', 'c', '']);
});

test('work is paid for before it is done: comparing, joining, and what a loop repeats', () => {
  const big = {
    variables: { a: "[concat(padLeft('', 4000000, 'a'), 'b')]", b: "[padLeft('', 4000000, 'a')]" },
  };
  for (const expression of [
    "length(map(range(0, 9999), lambda('x', less(variables('a'), variables('b')))))",
    "length(join(range(0, 400), variables('a')))",
    `uniqueString(${Array.from({ length: 200 }, () => "variables('a')").join()})`,
  ])
    assert.throws(() => result(expression, big), /more than its share of work/);
  const outputs = { o: { type: 'array', copy: { count: 800, input: 'x'.repeat(1_000_000) } } };
  const nothing = { reference: () => null, references: () => null, list: () => null };
  assert.throws(() => opened({ outputs }).outputs(nothing), /more than its share of work/);
});

test('allowed values, and members of large objects in another case, are looked up and not searched for', () => {
  const many = Array.from({ length: 200_000 }, (_, at) => at);
  const p = { type: 'array', allowedValues: many };
  assert.equal(
    (opened({ parameters: { p } }, { p: { value: many.toReversed() } }).parameters['p'] as []).length,
    200_000,
  );
  const object = Object.fromEntries(many.map((at) => [`Key${at}`, at]));
  const parameters = { o: { type: 'object' } };
  const template = opened(
    {
      parameters,
      outputs: {
        n: { type: 'array', copy: { count: 9_999, input: "[parameters('o')[concat('kEY', copyIndex(7))]]" } },
      },
    },
    { o: { value: object } },
  );
  const { n } = template.outputs({ reference: () => null, references: () => null, list: () => null });
  assert.equal(((n as JsonObject)['value'] as number[])[3], 10);
});
