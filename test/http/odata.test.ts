import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FilterFault, parseODataFilter } from '../../src/http/index.ts';

class Refusal extends Error {
  readonly fault: FilterFault;

  constructor(fault: FilterFault) {
    super(JSON.stringify(fault));
    this.fault = fault;
  }
}

const limits = { characters: 200, nestingLevels: 3, conditions: 5 };
const read = (filter: string) => parseODataFilter(filter, { limits, refuse: (fault) => new Refusal(fault) });

function faultOf(filter: string): FilterFault {
  try {
    read(filter);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.fault;
    throw thrown;
  }
  return assert.fail(`'${filter}' was read`);
}

test('a filter is read with its binding: not before and, and before or', () => {
  const compare = (path: string, text: string) =>
    ({ kind: 'compare', path, operator: 'eq', operand: { type: 'text', text } }) as const;
  assert.deepEqual(read("a eq '1' or not b eq '2' AND c/d eq 'it''s'"), {
    kind: 'or',
    of: [
      compare('a', '1'),
      { kind: 'and', of: [{ kind: 'not', of: compare('b', '2') }, compare('c/d', "it's")] },
    ],
  });
  assert.deepEqual(read('a/any(x:x in (1,true))'), {
    kind: 'any',
    path: 'a',
    test: {
      variable: 'x',
      of: {
        kind: 'in',
        path: 'x',
        operands: [
          { type: 'value', text: '1' },
          { type: 'word', text: 'true' },
        ],
      },
    },
  });
  assert.deepEqual(read("f(a,'b') and g()"), {
    kind: 'and',
    of: [
      {
        kind: 'call',
        name: 'f',
        operands: [
          { type: 'word', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { kind: 'call', name: 'g', operands: [] },
    ],
  });
});

test('what is wrong with a filter is told with its place', () => {
  assert.deepEqual(faultOf("a eq 'x"), { at: 5, detail: "syntax error at position 5 in 'a eq 'x'" });
  assert.deepEqual(faultOf('a like 1'), { at: 2, detail: "unknown operator 'like'" });
  assert.deepEqual(faultOf('a eq '), { at: 5, detail: 'it ends too early' });
  assert.deepEqual(faultOf('a eq 1 b'), { at: 7, detail: "unexpected 'b'" });
  assert.deepEqual(faultOf('(a eq 1'), { at: 7, detail: "')' expected before 'the end'" });
  assert.deepEqual(faultOf('a in ()'), { at: 6, detail: "')' is not a literal" });
  assert.deepEqual(faultOf('f(a,)'), { at: 4, detail: "')' is not a literal" });
  assert.deepEqual(faultOf("'a' eq 1"), { at: 0, detail: "a name or operator expected before 'a'" });
});

test('a filter keeps its limits and tells which one it passes', () => {
  assert.deepEqual(faultOf('a'.repeat(201)), { passes: 'characters' });
  assert.deepEqual(faultOf('((((a eq 1))))'), { passes: 'nestingLevels' });
  assert.deepEqual(faultOf('not not not not a eq 1'), { passes: 'nestingLevels' });
  assert.deepEqual(faultOf(Array(6).fill('a eq 1').join(' or ')), { passes: 'conditions' });
  assert.equal(read('(((a eq 1))) and ((b eq 1))').kind, 'and');
});
