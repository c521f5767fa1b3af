import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from '../../src/cel/checker.ts';
import { BudgetExceeded, compile } from '../../src/cel/compile.ts';
import { kubernetesFunctions } from '../../src/cel/library/index.ts';
import { parseCel } from '../../src/cel/parser.ts';
import { bytesType, type CelType, intType, listType, mapType, stringType } from '../../src/cel/types.ts';
import { CelError, ListValue, MapValue, type Value } from '../../src/cel/values.ts';
import { stepsOf } from './steps.ts';

const types: Readonly<Record<string, CelType>> = {
  s: stringType,
  /** One character and one that does not occur. */
  c: stringType,
  p: stringType,
  b: bytesType,
  l: listType(intType),
  ls: listType(stringType),
  m: mapType(stringType, intType),
  digits: stringType,
};

/** Values of a size. */
function values(size: number): Readonly<Record<string, Value>> {
  return {
    s: 'a'.repeat(size),
    c: 'b',
    p: '(a.*z)|a',
    b: new Uint8Array(size),
    l: new ListValue(Array.from({ length: size }, (_, i) => BigInt(i))),
    ls: new ListValue(Array.from({ length: size / 100 }, () => 'a'.repeat(100))),
    m: new MapValue(Array.from({ length: size }, (_, i) => [`k${i}`, 1n])),
    digits: '0'.repeat(size),
  };
}

const budget = 1e12;

/** Runs an expression; tells what it was charged, also when it failed. */
function charged(source: string, given: Readonly<Record<string, Value>>, steps = budget): number {
  const expr = parseCel(source);
  const variables = Object.entries(types).map(([name, type]) => ({ name, type }));
  const checked = check(expr, variables, { registry: kubernetesFunctions() });
  assert.deepEqual(checked.issues, [], source);
  const slots = variables.map(({ name }) => given[name] ?? null);
  const run = { slots, budget: { steps } };
  try {
    compile(expr)(run);
  } catch (thrown) {
    if (!(thrown instanceof CelError || thrown instanceof BudgetExceeded)) throw thrown;
  }
  return steps - run.budget.steps;
}

const linear = [
  's.contains(c)',
  's.startsWith(s)',
  's.endsWith(s)',
  's.matches("^a*$")',
  'matches(s, "^a*$")',
  's.find("b")',
  's.findAll("a+")',
  's.lowerAscii()',
  's.upperAscii()',
  's.trim()',
  'strings.quote(s)',
  's.charAt(1)',
  's.indexOf(c)',
  's.lastIndexOf(c)',
  's.substring(1)',
  's.substring(1, 2)',
  's.replace(c, c)',
  's.replace(c, c, 1)',
  's.split(c)',
  's.split(c, 2)',
  'ls.join()',
  'ls.join(c)',
  's + c',
  's == s + ""',
  's < s + ""',
  '"%s".format([s])',
  '"%s".format([l])',
  '"%s".format([m])',
  '"%x".format([b])',
  's.format([])',
  'bytes(s)',
  'string(b)',
  'b == b + b""',
  'b < b + b""',
  'int(digits)',
  'uint(digits)',
  'double(digits)',
  'bool(s)',
  'duration(digits + "s")',
  'timestamp("2020-01-01T00:00:00." + digits + "Z")',
  'l + l',
  'l == l + []',
  'ls == ls + []',
  'm == m',
  'optional.of(l) == optional.of(l)',
  'optional.of(b) == optional.of(b)',
  'l.isSorted()',
  'ls.isSorted()',
  'l.min()',
  'ls.max()',
  'l.sum()',
  'l.indexOf(-1)',
  'ls.lastIndexOf(c)',
  '-1 in l',
  'c in ls',
  'sets.contains(l, [1])',
  'sets.intersects(l, [-1])',
  's in m',
  'm[?s]',
  'ip.isCanonical(s)',
  'isIP(s)',
  'isCIDR(s)',
  'isURL("https://h/" + s)',
  'url("https://h/?" + s).getQuery()',
  'isQuantity(digits)',
  'quantity(digits + "1").isLessThan(quantity("1"))',
  'isSemver("1.0.0-" + s)',
  'semver("1.0.0-" + s).compareTo(semver("1.0.0-" + s))',
  'format.dns1123Label().validate(s)',
  'l.all(x, x >= 0)',
  'm.all(k, v, v == 1)',
  'm.transformMap(k, v, v)',
  'l.transformList(i, v, v)',
  'l.map(x, optional.of(x)).unwrapOpt()',
];

const constant = [
  // Long texts are counted once in an evaluation.
  's.size()',
  'l.size()',
  'size(m)',
  'b.size()',
  'l.first()',
  'l.last()',
  'l[1]',
  'm["k1"]',
  '"k1" in m',
  'm.exists(k, true)',
  'type(l) == list',
  '1 in [1, 2, 3]',
];

test('every function of CEL is charged in proportion to what it reads, also where the work is native', () => {
  const [small, large] = [values(1_000), values(8_000)];
  for (const source of linear) {
    const [first, second] = [charged(source, small), charged(source, large)];
    assert.ok(second >= 5 * first && first >= 12, `${source}: ${first}, then ${second}`);
  }
});

test('what looks at one place is charged the same whatever it stands in', () => {
  const [small, large] = [values(1_000), values(64_000)];
  for (const source of constant) assert.equal(charged(source, large), charged(source, small), source);
});

test('products are charged as products, before they are worked out', () => {
  const [small, large, huge] = [values(100), values(800), values(50_000)];
  for (const source of [
    'sets.contains(l, l)',
    'sets.equivalent(l, l)',
    's.replace("", s)',
    'l.map(x, "").join(s)',
    'l.all(x, x in l)',
    'l.all(x, l.indexOf(x) >= 0)',
    's.findAll(p)',
  ]) {
    const [first, second] = [charged(source, small), charged(source, large)];
    assert.ok(second >= 30 * first, `${source}: ${first}, then ${second}`);
    assert.ok(charged(source, huge, 10_000) > 10_000, source);
  }
});

test('no function takes more steps of the machine than it is charged for', async () => {
  const given = values(2_000);
  const few = { ...values(400), m: given['m'] ?? null };
  const squares = ['s.findAll(p)', 'l.all(x, m.exists(k, true))'];
  for (const source of [...linear, ...constant, ...squares]) {
    charged(source, values(100));
    let steps = 0;
    const subject = squares.includes(source) ? few : given;
    const work = await stepsOf(() => (steps = charged(source, subject)));
    // A step of an evaluation is some dozens of the machine's at most.
    assert.ok(work <= 60 * steps + 40_000, `${source}: ${work} for ${steps}`);
  }
});

test('a list that holds another many times is known for what it is, and compared by nobody', async () => {
  const doubled = `[l]${'.map(x, [x, x])'.repeat(60)}`;
  for (const source of [
    `${doubled} == ${doubled}`,
    `"%s".format([${doubled}])`,
    `${doubled} in [${doubled}]`,
  ]) {
    const work = await stepsOf(() => {
      assert.ok(charged(source, values(100), 10_000) > 10_000, source);
    });
    assert.ok(work < 400_000, `${source}: ${work}`);
  }
});

test('many parts of one expression are charged each time that it is evaluated', () => {
  const given = values(1_000);
  const many = (part: string, between: string) => Array.from({ length: 300 }, () => part).join(between);
  for (const body of [
    many('x == 0', ' || '),
    many('true', ' && '),
    `[${many('x', ', ')}] != []`,
    `{${Array.from({ length: 300 }, (_, i) => `"k${i}": x`).join(', ')}} != {}`,
    `${many('x', ' + ')} >= 0`,
  ])
    assert.ok(charged(`l.map(x, ${body}) != []`, given) >= 1_000 * 25, body);
});

test('a list that is written out is made once', () => {
  const list = Array.from({ length: 1_000 }, (_, i) => String(i)).join(', ');
  assert.ok(charged(`l.all(x, [${list}][0] == 0)`, values(100)) < 1_000);
});
