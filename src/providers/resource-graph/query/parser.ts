import { parseJson } from '../../../base/index.ts';
import type { Expression, NamedExpression } from './expression.ts';
import { queryLimits } from './limits.ts';
import { type Reader, separated } from './reader.ts';
import { type Place, tooMuch, unreadable } from './refusal.ts';
import { cellOf, Instant, isDeep, readInstant, Span, type Type, type Value } from './values.ts';

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=', '=~', '!~']);
const textOperators: ReadonlySet<string> = new Set(
  ['contains', 'has', 'startswith', 'endswith', 'hasprefix', 'hassuffix'].flatMap((word) => [
    word,
    `${word}_cs`,
    `!${word}`,
    `!${word}_cs`,
  ]),
);
const listOperators: ReadonlySet<string> = new Set(['in', 'in~', '!in', '!in~', 'has_any', 'has_all']);

/** Reads `or` expressions and all below them. */
export function readExpression(reader: Reader, level = 0): Expression {
  if (level > queryLimits.nestingLevels)
    throw tooMuch(`at most ${queryLimits.nestingLevels} levels are nested`);
  return readSeveral(reader, 'or', () => readSeveral(reader, 'and', () => readComparison(reader, level)));
}

/** `name = expression` or an expression alone. */
export function readNamed(reader: Reader): NamedExpression {
  if (!reader.isNamed) return { name: undefined, expression: readExpression(reader) };
  const name = reader.name();
  reader.expect('=');
  return { name, expression: readExpression(reader) };
}

function node<T extends object>(at: Place, children: readonly Expression[], what: T) {
  const level = 1 + children.reduce((deepest, child) => Math.max(deepest, child.level), 0);
  // Chains such as `1 + 1 + …` are as deep as they are long.
  if (level > queryLimits.nestingLevels * 8) throw tooMuch('an expression is too deeply nested');
  return { ...what, at, level };
}

function readSeveral(reader: Reader, word: 'and' | 'or', below: () => Expression): Expression {
  const first = below();
  const items = [first];
  while (reader.accept(word)) items.push(below());
  return items.length === 1
    ? first
    : node(first.at, items, { kind: word === 'and' ? 'all' : 'any', items } as const);
}

function readComparison(reader: Reader, level: number): Expression {
  const left = readSum(reader, level);
  const at = reader.next;
  if (at.kind === 'string') return left;
  if (comparisons.has(at.text) || textOperators.has(at.text)) {
    reader.take();
    const right = readSum(reader, level);
    return node(at, [left, right], { kind: 'binary', operator: at.text, left, right } as const);
  }
  if (at.text === 'matches' && reader.ahead(1).text === 'regex') {
    reader.take();
    reader.take();
    const right = readSum(reader, level);
    return node(at, [left, right], { kind: 'binary', operator: 'matches regex', left, right } as const);
  }
  if (listOperators.has(at.text)) {
    const operator = reader.take().text;
    reader.expect('(');
    const items = separated(reader, () => readExpression(reader, level + 1));
    reader.expect(')');
    return node(at, [left, ...items], { kind: 'list', operator, value: left, items } as const);
  }
  return at.text === 'between' || at.text === '!between' ? readBetween(reader, left, level) : left;
}

function readBetween(reader: Reader, value: Expression, level: number): Expression {
  const at = reader.take();
  reader.expect('(');
  const low = readSum(reader, level + 1);
  reader.expect('..');
  const high = readSum(reader, level + 1);
  reader.expect(')');
  return node(at, [value, low, high], {
    kind: 'list',
    operator: at.text,
    value,
    items: [low, high],
  } as const);
}

function readSum(reader: Reader, level: number): Expression {
  return readChain(reader, ['+', '-'], () =>
    readChain(reader, ['*', '/', '%'], () => readUnary(reader, level)),
  );
}

function readChain(reader: Reader, operators: readonly string[], below: () => Expression): Expression {
  let left = below();
  while (reader.next.kind === 'sign' && operators.includes(reader.next.text)) {
    const at = reader.take();
    const right = below();
    left = node(at, [left, right], { kind: 'binary', operator: at.text, left, right } as const);
  }
  return left;
}

function readUnary(reader: Reader, level: number): Expression {
  const at = reader.next;
  if (reader.accept('-')) {
    if (level > queryLimits.nestingLevels) throw tooMuch('an expression is too deeply nested');
    const of = readUnary(reader, level + 1);
    return node(at, [of], { kind: 'negative', of } as const);
  }
  if (reader.accept('+')) {
    while (reader.accept('+'));
    return readUnary(reader, level);
  }
  return readPath(reader, level);
}

function readPath(reader: Reader, level: number): Expression {
  let of = readPrimary(reader, level);
  for (;;) {
    const at = reader.next;
    if (reader.accept('.')) {
      const name = reader.name();
      of = node(at, [of], { kind: 'member', of, name } as const);
    } else if (reader.accept('[')) {
      const index = readExpression(reader, level + 1);
      reader.expect(']');
      of = node(at, [of, index], { kind: 'index', of, index } as const);
    } else return of;
  }
}

function literal(at: Place, value: Value, type: Type): Expression {
  return node(at, [], { kind: 'literal', value, type } as const);
}

function readPrimary(reader: Reader, level: number): Expression {
  const at = reader.next;
  if (reader.accept('(')) {
    const inner = readExpression(reader, level + 1);
    reader.expect(')');
    return inner;
  }
  switch (at.kind) {
    case 'string':
      return literal(reader.take(), at.value, 'string');
    case 'number':
      return literal(reader.take(), at.value, /^[0-9]+$|^0x/i.test(at.text) ? 'long' : 'real');
    case 'timespan':
      return literal(reader.take(), new Span(Number(at.value)), 'timespan');
    case 'name':
      return readName(reader, level);
    default:
      if (reader.is('[') && reader.ahead(1).kind === 'string') {
        const name = reader.name();
        return node(at, [], { kind: 'name', name } as const);
      }
      throw unreadable(at);
  }
}

function readName(reader: Reader, level: number): Expression {
  const at = reader.take();
  const called = reader.is('(');
  if (!called) {
    if (at.text === 'true' || at.text === 'false') return literal(at, at.text === 'true', 'bool');
    return node(at, [], { kind: 'name', name: at.text } as const);
  }
  reader.take();
  if (at.text === 'dynamic') return readDynamic(reader, at);
  if (at.text === 'datetime' || at.text === 'date') return readDatetime(reader, at);
  const given: Expression[] = [];
  if (!reader.is(')')) given.push(...separated(reader, () => readArgument(reader, level + 1)));
  reader.expect(')');
  return node(at, given, { kind: 'call', name: at.text, given } as const);
}

/** `*` stands for every column where a function takes it. */
function readArgument(reader: Reader, level: number): Expression {
  const at = reader.next;
  if (reader.is('*') && [',', ')'].includes(reader.ahead(1).text)) {
    reader.take();
    return node(at, [], { kind: 'name', name: '*' } as const);
  }
  return readExpression(reader, level);
}

/** `dynamic(…)` of JSON, whose strings may have either quote. */
function readDynamic(reader: Reader, at: Place): Expression {
  const parts: string[] = [];
  let open = 0;
  for (;;) {
    const token = reader.take();
    if (token.kind === 'end') throw unreadable(token, ')');
    if (token.kind === 'sign' && '([{'.includes(token.text)) open++;
    if (token.kind === 'sign' && ')]}'.includes(token.text)) {
      if (open === 0) break;
      open--;
    }
    parts.push(token.kind === 'string' ? JSON.stringify(token.value) : token.text);
  }
  try {
    const said = parseJson(parts.join(''));
    if (isDeep(said)) throw tooMuch(`a value has at most ${queryLimits.valueLevels} levels`);
    return literal(at, cellOf(said), 'dynamic');
  } catch (thrown) {
    if (thrown instanceof SyntaxError || thrown instanceof RangeError) throw unreadable(at);
    throw thrown;
  }
}

function readDatetime(reader: Reader, at: Place): Expression {
  const parts: string[] = [];
  while (!reader.is(')')) {
    const token = reader.take();
    if (token.kind === 'end' || parts.length > 32) throw unreadable(token, ')');
    parts.push(token.kind === 'string' ? String(token.value) : token.text);
  }
  reader.take();
  const text = parts.join('');
  if (text === 'null') return literal(at, null, 'datetime');
  const read = readInstant(text.replace(/^(\d{4}-\d{2}-\d{2})(\d{2}:)/, '$1T$2'));
  if (!(read instanceof Instant)) throw unreadable({ ...at, text });
  return literal(at, read, 'datetime');
}
