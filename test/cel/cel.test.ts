import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from '../../src/base/index.ts';
import {
  changeErrors,
  crdErrors,
  errorsOf,
  object,
  widgetCrd,
  widgets,
  written,
} from '../apiserver/crd/widgets.ts';

const text = { type: 'string', maxLength: 100 };
const integer = { type: 'integer' };
const list = (items: JsonObject, more: JsonObject = {}) => ({ type: 'array', maxItems: 10, items, ...more });

const fields = {
  s: text,
  i: integer,
  n: { type: 'number' },
  l: list(text),
  m: { type: 'object', maxProperties: 9, additionalProperties: text },
  o: object({ x: text }),
  d: { type: 'string', format: 'date-time' },
  du: { type: 'string', format: 'duration' },
  ios: { 'x-kubernetes-int-or-string': true, maxLength: 20 },
  nul: { ...text, nullable: true },
  'a-b': text,
};

const sample = {
  s: 'abc',
  i: 5,
  n: 1.5,
  l: ['a', 'b'],
  m: { k: 'v' },
  o: { x: 'x' },
  d: '2026-03-01T10:20:30Z',
  du: '1h30m',
  ios: '5%',
  nul: null,
  'a-b': 'ab',
};

function ruled(rule: string, more: JsonObject = {}): JsonObject {
  return object(fields, { 'x-kubernetes-validations': [{ rule, ...more }] });
}

/** True for a rule that holds for the sample; else what the server says. */
function holds(rule: string): true | readonly string[] {
  const errors = errorsOf(ruled(rule), sample);
  return errors.length === 0 ? true : errors;
}

test('rules reach fields, lists, maps, times, durations and escaped names', () => {
  for (const rule of [
    'self.s == "abc" && self.i + 1 == 6 && self.n < 2.0',
    'self.i == dyn(5.0) && self.i < 5.5',
    'size(self.l) == 2 && self.l[1] == "b" && "a" in self.l && !("z" in self.m)',
    'self.m["k"] == "v" && self.m.k == "v" && self.m.all(k, k != "x")',
    'self.l.exists(x, x == "b") && self.l.exists_one(x, x == "a") && self.l.map(x, x + x) == ["aa", "bb"]',
    'self.l.filter(x, x > "a").size() == 1 && self.l.all(i, v, i < 2 && v < "c")',
    'has(self.o.x) && !has(self.nul)',
    'self.d > timestamp("2026-01-01T00:00:00Z") && self.d.getMonth() == 2 && self.d.getHours("+02:00") == 12',
    'self.du == duration("90m") && self.d + self.du > self.d',
    'type(self.ios) == string && self.ios.matches("^[0-9]+%$")',
    'self.a__dash__b == "ab"',
    'self.?o.?x.orValue("q") == "x" && self.?m["zz"].orValue("none") == "none"',
    'self.?nul.hasValue() == false && self.?s.optMap(x, x + "!").value() == "abc!"',
    '"%s %d %.2f %s".format([self.s, self.i, self.n, self.l]) == "abc 5 1.50 [\\"a\\", \\"b\\"]"',
    'self.s.upperAscii().replace("B", "-").split("-") == ["A", "C"] && ["a", "b"].join("+") == "a+b"',
    'self.s.find("[b-c]+") == "bc" && "a1b2".findAll("[0-9]") == ["1", "2"]',
    '[3, 1, 2].sum() == 6 && [3, 1, 2].min() == 1 && [1, 2].isSorted() && [1, 2].indexOf(2) == 1',
    'quantity("1Gi").isGreaterThan(quantity("1G")) && quantity("1500m").asApproximateFloat() == 1.5',
    'ip("::1").isLoopback() && cidr("10.0.0.0/8").containsIP("10.1.2.3") && !isIP("x")',
    'url("https://a.b:80/p?x=1").getPort() == "80" && isURL("/a") && !isURL("a")',
    'format.dns1123Label().validate("Bad_").hasValue() && !format.named("uuid").value().validate("x").value().all(t, t == "")',
    'sets.contains([1, 2], [2]) && semver("1.2.3").isLessThan(semver("1.10.0"))',
    '(1 / 0 == 1) || true',
    '[1, 2, 0].exists(x, 1 / x == 1)',
  ]) {
    assert.equal(holds(rule), true, rule);
  }
});

test('bytes that begin with a byte order mark keep it as text', () => {
  assert.equal(
    holds('string(b"\\xef\\xbb\\xbfa").size() == 2 && "%s".format([b"\\xef\\xbb\\xbf"]).size() == 1'),
    true,
  );
});

test('words of JavaScript are no types and no fields', () => {
  for (const word of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'constructor.name']) {
    const [first = ''] = word.split('.');
    const errors = crdErrors(widgetCrd(ruled(`${word} == 1`)));
    assert.match(errors.join(), new RegExp(`undeclared reference to '${first}'`), word);
  }
});

test('a rule that fails says its message, its message expression or itself', () => {
  assert.deepEqual(holds('self.i > 9'), ['spec: Invalid value: "object": failed rule: self.i > 9']);
  const message = { message: 'fixed', messageExpression: '"i is %d".format([self.i])' };
  assert.deepEqual(errorsOf(ruled('self.i > 9', message), sample), ['spec: Invalid value: "object": i is 5']);
  const failing = { message: 'fixed', messageExpression: 'self.m["zz"]' };
  assert.deepEqual(errorsOf(ruled('self.i > 9', failing), sample), ['spec: Invalid value: "object": fixed']);
  const placed = { message: 'not allowed', reason: 'FieldValueForbidden', fieldPath: '.o.x' };
  assert.deepEqual(errorsOf(ruled('self.i > 9', placed), sample), ['spec.o.x: Forbidden: not allowed']);
});

test('a rule that cannot be evaluated says why', () => {
  const rules: readonly [rule: string, error: string][] = [
    ['self.m["zz"] == "x"', 'no such key: zz evaluating rule: self.m["zz"] == "x"'],
    ['self.l[9] == "x"', 'index out of bounds: 9 evaluating rule: self.l[9] == "x"'],
    ['self.i / 0 == 1', 'division by zero evaluating rule: self.i / 0 == 1'],
    [
      'self.ios > 1',
      "'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.ios > 1",
    ],
  ];
  for (const [rule, error] of rules) {
    assert.deepEqual(holds(rule), [`spec: Invalid value: "object": ${error}`]);
  }
});

test('a rule that does not compile keeps its definition from being created, with the place of the mistake', () => {
  const refused: readonly [rule: string, column: number, error: string][] = [
    ['self.foo == 1', 5, "undefined field 'foo'"],
    ['self.s == 1', 8, "found no matching overload for '_==_' applied to '(string, int)'"],
    ['bar > 1', 1, "undeclared reference to 'bar' (in container '')"],
    ['self.s.startsWith(1)', 18, "found no matching overload for 'startsWith' applied to 'string.(int)'"],
    ['self.l.all(x, x)', 15, "expected type 'bool' but found 'string'"],
    ['self.s.matches("(")', 16, 'invalid matches argument'],
    ['has(self)', 5, 'invalid argument to has() macro'],
    [
      'self.i.all(x, true)',
      5,
      "expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
    ],
    ['math.greatest(1, 2) == 2', 14, "undeclared reference to 'greatest' (in container '')"],
  ];
  for (const [rule, column, error] of refused) {
    const [first = ''] = crdErrors(widgetCrd(ruled(rule)));
    assert.match(
      first,
      /^spec\.validation\.openAPIV3Schema\.properties\[spec\]\.x-kubernetes-validations\[0\]\.rule: /,
    );
    assert.ok(
      first.includes(`ERROR: <input>:1:${column}: ${error}\n | ${rule}\n | ${'.'.repeat(column - 1)}^`),
      first,
    );
  }
  const [notBool = ''] = crdErrors(widgetCrd(ruled('self.s')));
  assert.ok(notBool.endsWith('cel expression must evaluate to a bool'));
});

test('transition rules run where the old value is known: fields by name, items of keyed lists by key', () => {
  const grows = {
    ...integer,
    'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'may only grow' }],
  };
  const keyed = list(object({ k: text, v: grows }, { required: ['k'] }), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
  });
  const schema = object({ v: grows, items: keyed });
  const change = (from: Json, to: Json) => changeErrors(schema, from, to);
  assert.deepEqual(change({ v: 2 }, { v: 1 }), ['spec.v: Invalid value: "integer": may only grow']);
  assert.deepEqual(change({}, { v: 1 }), []);
  assert.deepEqual(
    change(
      {
        items: [
          { k: 'a', v: 1 },
          { k: 'b', v: 5 },
        ],
      },
      {
        items: [
          { k: 'b', v: 4 },
          { k: 'c', v: 0 },
          { k: 'a', v: 1 },
        ],
      },
    ),
    ['spec.items[0].v: Invalid value: "integer": may only grow'],
  );
  const atomic = object({
    l: list({ ...integer, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] }),
  });
  const [refusal = ''] = crdErrors(widgetCrd(atomic));
  assert.ok(refusal.includes('oldSelf cannot be used on the uncorrelatable portion of the schema within'));
});

test('with optionalOldSelf a transition rule runs on creation too', () => {
  const rule = { rule: 'oldSelf.hasValue() || self == 1', optionalOldSelf: true, message: 'starts at 1' };
  const schema = object({ v: { ...integer, 'x-kubernetes-validations': [rule] } });
  assert.deepEqual(errorsOf(schema, { v: 2 }), ['spec.v: Invalid value: "integer": starts at 1']);
  assert.deepEqual(changeErrors(schema, { v: 1 }, { v: 2 }), []);
});

test('equality with the old value sees fields that the schema does not declare', () => {
  const rule = [{ rule: 'self == oldSelf', message: 'immutable' }];
  const schema = object({
    o: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-validations': rule },
  });
  assert.deepEqual(changeErrors(schema, { o: { a: 1 } }, { o: { a: 1 } }), []);
  assert.deepEqual(changeErrors(schema, { o: { a: 1 } }, { o: { a: 2 } }), [
    'spec.o: Invalid value: "object": immutable',
  ]);
});

test('the root of a resource knows its name, kind and version', () => {
  const rules = [
    { rule: 'self.metadata.name.size() < 3 && self.kind == "Widget" && self.apiVersion == "example.com/v1"' },
  ];
  const crd = widgetCrd(object({}), { root: { 'x-kubernetes-validations': rules } });
  assert.deepEqual(crdErrors(crd), []);
  assert.deepEqual(written(widgets(crd), {}).errors, []);
});

test('rules are not evaluated on an object of the wrong shape, and the answer says so', () => {
  assert.deepEqual(errorsOf(ruled('self.i > 9'), { i: 'x' }), [
    'spec.i: Invalid value: "string": spec.i in body must be of type integer: "string"',
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  ]);
});

const stopped =
  /^spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: /;

/** The first error of a rule on lists and texts without bounds. */
function firstError(rule: string, value: Json): string {
  const free = object(
    { l: { type: 'array', items: integer }, a: { type: 'string' }, b: { type: 'string' } },
    { 'x-kubernetes-validations': [{ rule }] },
  );
  return errorsOf(free, value)[0] ?? '';
}

test('a rule that would keep the server busy is stopped, and those after it are not asked', () => {
  const l = Array.from({ length: 2_000 }, (_, i) => i);
  const a = 'ab'.repeat(20_000);
  for (const rule of [
    'self.l.all(a, self.l.all(b, self.l.all(c, a + b + c >= 0)))',
    'self.l.all(x, self.l == self.l)',
    'self.l.all(x, x in self.l)',
    'sets.contains(self.l, self.l)',
    'self.l.all(x, self.l.indexOf(x) >= 0)',
    'self.l.all(x, !self.a.matches(self.b))',
    'self.l.all(x, self.a.find(self.b) == "")',
    'self.a.replace("", self.a) != ""',
    'self.l.map(x, "").join(self.a) != ""',
    'self.l.all(x, self.a.trim() != "")',
    'self.l.all(x, (self.a + "x").size() > 0)',
  ])
    assert.match(firstError(rule, { l, a, b: '(a|b)*a(a|b){9}c' }), stopped, rule);
});

test('a message expression spends of the same budget as the rules', () => {
  const messageExpression = 'string(self.filter(a, self.exists(b, b < 0)).size())';
  const rule = { rule: 'size(self) == 0', messageExpression };
  const lists = (size: number, count: number): readonly string[] => {
    const schema = {
      type: 'array',
      items: { type: 'array', items: integer, 'x-kubernetes-validations': [rule] },
    };
    const one = Array.from({ length: size }, (_, i) => i);
    return errorsOf(object({ l: schema }), { l: Array.from({ length: count }, () => one) });
  };
  assert.match(
    lists(2_000, 1).at(-1) ?? '',
    /no further validation rules will be run due to call cost exceeds limit for messageExpression: "string\(/,
  );
  assert.match(lists(300, 1).at(-1) ?? '', /"array": 0$/);
  const many = lists(300, 200);
  assert.match(
    many.at(-1) ?? '',
    /messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run$/,
  );
  assert.ok(many.length < 60, `${many.length} lists were told of`);
});

test('a rule may ask for the size of a long list for each of its items', () => {
  const l = Array.from({ length: 20_000 }, (_, i) => i);
  assert.equal(firstError('self.l.all(x, x < self.l.size())', { l, a: '', b: '' }), '');
});

test('a rule may ask for each of its items how long a long text is, and what it begins or ends with', () => {
  const l = Array.from({ length: 20_000 }, (_, i) => i);
  const a = 'z'.repeat(500_000);
  const rules = ['x < size(self.a)', '!self.a.startsWith(self.b)', '!self.a.endsWith(self.b)'];
  for (const rule of rules) assert.equal(firstError(`self.l.all(x, ${rule})`, { l, a, b: 'a' }), '', rule);
  const sought = 'self.l.all(x, self.a.startsWith(self.b))';
  assert.match(firstError(sought, { l, a, b: a }), /cost limit exceeded/);
});

test('looking for a text in a list costs a step for each item, whatever their length', () => {
  const names = Array.from({ length: 600 }, (_, i) => `${'n'.repeat(200)}${i}`);
  const strings = { type: 'array', items: { type: 'string' } };
  const rule = 'self.a.all(x, x in self.b)';
  const schema = object({ a: strings, b: strings }, { 'x-kubernetes-validations': [{ rule }] });
  assert.deepEqual(errorsOf(schema, { a: names, b: names }), []);
  const more = [...names, ...names.map((name) => `${name}-`)];
  assert.match(errorsOf(schema, { a: more, b: more })[0] ?? '', /cost limit exceeded/);
});

test('the size of a text is the number of its code points, also of one that is long', () => {
  for (const count of [3, 1_000]) {
    const text = 'a\u{1f600}\ud83d'.repeat(count);
    assert.equal(
      firstError(`self.a.size() == ${3 * count} && self.a.size() == size(self.a)`, { l: [], a: text, b: '' }),
      '',
    );
  }
});

test('numbers beyond 64 bits are none, however long they are', () => {
  const digits = '9'.repeat(2_000);
  assert.equal(holds(`!isSemver("1.0.${digits}") && !isSemver("1.0.0-${digits}")`), true);
  assert.equal(holds(`isSemver("1.0.18446744073709551615")`), true);
  assert.equal(holds(`int("0${'0'.repeat(100)}7") == 7 && int("-9223372036854775808") < 0`), true);
  assert.equal(holds(`quantity("${digits}").isGreaterThan(quantity("1E")) && uint("00007") == 7u`), true);
});

test('a pattern out of an object is matched in time linear in the text', () => {
  const value = { l: [], a: `${'a'.repeat(3_000)}b`, b: '^a*a*a*a*a*c$' };
  assert.match(firstError('self.a.matches(self.b)', value), /failed rule/);
});

test('a rule too long or nested too deeply is refused when the definition is created', () => {
  const refusal = (rule: string) =>
    crdErrors(widgetCrd(object(fields, { 'x-kubernetes-validations': [{ rule }] })))[0] ?? '';
  assert.match(refusal(`self.i > ${'1'.repeat(100_001)}`), /expression code point size exceeds limit/);
  for (const [open, inner, close] of [
    ['(', '1', ')'],
    ['[', '1', ']'],
    ['!(', 'true', ')'],
  ] as const)
    assert.match(
      refusal(`${open.repeat(20_000)}${inner}${close.repeat(20_000)} == 1`),
      /compilation failed/,
      open,
    );
  assert.match(refusal(`1${'+1'.repeat(40_000)} == 1`), /compilation failed|recursion limit/);
  assert.match(refusal(`self${'.o'.repeat(40_000)} == 1`), /compilation failed/);
});
