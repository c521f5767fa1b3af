import assert from 'node:assert/strict';
import type { Random } from '../../../src/base/index.ts';
import { compileAdmission } from '../../../src/cel/admission/compile.ts';
import { patchEnvironment } from '../../../src/cel/admission/patch-types.ts';
import { PolicyCompiler } from '../../../src/cel/admission/policy-compiler.ts';
import { check } from '../../../src/cel/checker.ts';
import { BudgetExceeded, compile } from '../../../src/cel/compile.ts';
import { CelSyntaxError } from '../../../src/cel/lexer.ts';
import { parseCel } from '../../../src/cel/parser.ts';
import {
  boolType,
  bytesType,
  type CelType,
  intType,
  listType,
  mapType,
  stringType,
} from '../../../src/cel/types.ts';
import { CelError, ListValue, MapValue, type Value } from '../../../src/cel/values.ts';
import { compileExpression } from '../../../src/schema/rules/program.ts';
import { StructuralNode } from '../../../src/schema/structural-node.ts';
import { stepsOf } from '../../attack/steps.ts';
import { pick } from '../inputs/hostile.ts';
import { textForm } from '../inputs/text.ts';
import type { Target } from '../target.ts';

const node = new StructuralNode({
  type: 'object',
  properties: {
    s: { type: 'string', maxLength: 100 },
    i: { type: 'integer' },
    l: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 10 } },
    m: { type: 'object', maxProperties: 5, additionalProperties: { type: 'integer' } },
  },
});

const texts = [
  'self.s.matches("^[a-z]+$") && self.i > 0 ? self.l.all(x, x.size() < 5) : has(self.m)',
  'self.l.exists_one(x, x == self.s) || self.m.all(k, self.m[k] > 1)',
  '"%s %d".format([self.s, self.i]) == self.s + string(self.i)',
  'quantity("1Gi").isGreaterThan(quantity("1Mi")) && url("https://a/b").getHost() == "a"',
  'duration("1h") + timestamp("2024-01-01T00:00:00Z") > timestamp("2023-01-01T00:00:00Z")',
  'cidr("10.0.0.0/8").containsIP(ip("10.1.2.3")) && isIP("::1")',
  'oldSelf.?s.orValue("x") == self.s.replace("a", "b", 3)',
  'self.l.map(x, x.split(",")).filter(y, y.size() > 0).size() == 0x1F - 3u.size()',
  "b'\\xff' + bytes(r\"a\\n\") == b'' ? [1, 2.5e3] : {'a': null}",
];

const leaves: Readonly<Record<string, readonly string[]>> = {
  int: ['i', '0', '1', '-1', '9223372036854775807', 's.size()', 'l.size()', 'm.size()', 'int("7")'],
  string: ['s', '""', '"a"', '"é😀"', 'ls.join(",")', 'string(i)', 's.lowerAscii()', '"\\x00"'],
  bool: [
    'true',
    'false',
    'has(o.a)',
    's.contains("a")',
    's.matches("a*b+")',
    '"k1" in m',
    'Object{a: s}.a == s',
  ],
  list: [
    'l',
    '[]',
    '[1, 2]',
    'l + [i]',
    '[Object.b{c: i, ?d: optional.of(s)}].map(x, x.c)',
    'ls.map(x, x.size())',
    'm.map(k, m[k])',
  ],
};

/** An expression of a type, by the grammar. */
function typed(random: Random, type: 'int' | 'string' | 'bool' | 'list', depth: number): string {
  if (depth === 0) return pick(random, leaves[type] ?? ['0']);
  const of = (wanted: 'int' | 'string' | 'bool' | 'list') => typed(random, wanted, depth - 1);
  const shapes: Readonly<Record<string, readonly (() => string)[]>> = {
    int: [
      () => `(${of('int')} ${pick(random, ['+', '-', '*', '/', '%'])} ${of('int')})`,
      () => `${of('string')}.size()`,
      () => `${of('string')}.indexOf(${of('string')})`,
      () => `(${of('bool')} ? ${of('int')} : ${of('int')})`,
      () => `${of('list')}.size()`,
      () => `${of('list')}[${of('int')}]`,
      () => `-(${of('int')})`,
      () => `${of('list')}.sum()`,
    ],
    string: [
      () => `(${of('string')} + ${of('string')})`,
      () => `${of('string')}.substring(${of('int')})`,
      () => `${of('string')}.replace(${of('string')}, ${of('string')})`,
      () => `string(${of('int')})`,
      () => `"%s|%d".format([${of('string')}, ${of('int')}])`,
      () => `${of('string')}.split(${of('string')}).join(${of('string')})`,
      () => `${of('string')}.charAt(${of('int')})`,
    ],
    bool: [
      () => `(${of('bool')} && ${of('bool')})`,
      () => `(${of('bool')} || ${of('bool')})`,
      () => `!${of('bool')}`,
      () => `(${of('int')} < ${of('int')})`,
      () => `(${of('string')} == ${of('string')})`,
      () => `${of('list')}.all(x, x > ${of('int')})`,
      () => `${of('list')}.exists(y, y == ${of('int')})`,
      () => `(${of('int')} in ${of('list')})`,
      () => `${of('string')}.startsWith(${of('string')})`,
    ],
    list: [
      () => `(${of('list')} + ${of('list')})`,
      () => `${of('list')}.map(x, x + ${of('int')})`,
      () => `${of('list')}.filter(z, z != ${of('int')})`,
      () => `[${of('int')}, ${of('int')}]`,
      () => `${of('list')}.slice(0, 1)`,
      () => `${of('string')}.split("").map(x, x.size())`,
    ],
  };
  return pick(random, shapes[type] ?? [])();
}

/** Texts of rules: compiled for a schema and for admission, or refused with a reason. */
export const ruleTexts: Target<string> = {
  name: 'cel',
  form: textForm,
  corpus: () => texts,
  generate: (random) => typed(random, 'bool', 3).replace(/\b(s|i|l|m)\b/g, 'self.$1'),
  refuses: () => false,
  run(text) {
    const rule = compileExpression(text, node, { optionalOldSelf: text.length % 2 === 0 });
    if (rule.ok) assert.ok(rule.mostCost() >= 0);
    else assert.match(rule.problem, /\w/);
    const condition = compileAdmission(text.replaceAll('self', 'object'), {
      variables: ['object', 'oldObject'],
      results: [boolType],
    });
    if (!condition.ok) assert.match(condition.problem, /\w/);
  },
};

/** Texts of what policies make of objects: one of both sorts of patches. */
export const patchTexts: Target<string> = {
  name: 'cel-patches',
  form: textForm,
  corpus: () => [
    'Object{spec: Object.spec{n: object.i, ?m: optional.of(object.s)}, o: has(Object.a{b: 1}.b)}',
    "[JSONPatch{op: object.s, path: '/a/' + jsonpatch.escapeKey(object.s), value: [object.l, Object.x{}]}]",
    ...texts.map((text) => `Object{a: ${text.replaceAll('self', 'object')}}`),
  ],
  generate: (random) =>
    `[JSONPatch{op: 'add', path: ${typed(random, 'string', 2)}, value: ${typed(random, 'list', 2)}}]`,
  refuses: () => false,
  run(text) {
    const compiler = new PolicyCompiler({ hasParams: false, hasVariables: false });
    const made = text.startsWith('[') ? compiler.jsonPatch(text) : compiler.configuration(text);
    if (!made.ok) assert.match(made.problem, /\w/);
  },
};

const types: Readonly<Record<string, CelType>> = {
  s: stringType,
  i: intType,
  b: bytesType,
  l: listType(intType),
  ls: listType(stringType),
  m: mapType(stringType, intType),
  o: mapType(stringType, stringType),
};
const variables = Object.entries(types).map(([name, type]) => ({ name, type }));

function values(): Value[] {
  const given: Readonly<Record<string, Value>> = {
    s: 'abcabc'.repeat(20),
    i: 3n,
    b: new Uint8Array(50),
    l: new ListValue(Array.from({ length: 50 }, (_, i) => BigInt(i))),
    ls: new ListValue(['a', 'b,c', '']),
    m: new MapValue([
      ['k1', 1n],
      ['k2', 2n],
    ]),
    o: new MapValue([['a', 'b']]),
  };
  return variables.map(({ name }) => given[name] ?? null);
}

const budgetSteps = 20_000;
/** Blocks of JavaScript for each step that is charged; programs are small besides. */
const blocksPerStep = 60;

/** Programs that are well typed: they end within their budget, which their steps of JavaScript follow. */
export const programs: Target<string> = {
  name: 'cel-programs',
  form: textForm,
  corpus: () => Object.values(leaves).flat(),
  generate: (random) => typed(random, pick(random, ['int', 'string', 'bool', 'list']), 1 + random.integer(4)),
  refuses: (thrown) =>
    thrown instanceof CelError || thrown instanceof BudgetExceeded || thrown instanceof CelSyntaxError,
  uncounted: true,
  async run(text) {
    const expr = parseCel(text);
    const checked = check(expr, variables, patchEnvironment());
    if (checked.issues.length > 0) return;
    const program = compile(expr);
    const slots = [...values(), ...Array(Math.max(0, checked.slots - variables.length)).fill(null)];
    const budget = { steps: budgetSteps };
    let thrown: unknown;
    const blocks = await stepsOf(() => {
      try {
        program({ slots, budget });
      } catch (caught) {
        thrown = caught;
      }
    });
    const charged = budgetSteps - budget.steps;
    assert.ok(
      blocks <= 20_000 + 10 * text.length + blocksPerStep * charged,
      `${blocks} blocks, ${charged} charged`,
    );
    if (thrown !== undefined) throw thrown;
  },
};
