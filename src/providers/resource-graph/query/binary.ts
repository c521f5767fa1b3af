import type { Budget } from './budget.ts';
import type { Bound } from './columns.ts';
import { meaningless, type Place } from './refusal.ts';
import { patternOf, payForMatch } from './regex.ts';
import { compare, Instant, readNumber, Span, type Type, textOf, type Value } from './values.ts';

/** Binds an operator with two operands. */
export function binary(operator: string, left: Bound, right: Bound, at: Place): Bound {
  const text = textOperators[operator.replace('!', '').replace('_cs', '')];
  if (text && operator !== '!=' && operator !== '==') return bindText(operator, text, { left, right });
  if (Object.hasOwn(orders, operator)) return bindComparison(operator, { left, right }, at);
  return bindArithmetic(operator, { left, right }, at);
}

interface Sides {
  readonly left: Bound;
  readonly right: Bound;
}

type TextTest = (whole: string, part: string, budget: Budget) => boolean;

/** Whether `part` stands in `whole` between characters that are no letters and no digits. */
export function hasTerm(
  whole: string,
  part: string,
  { where = 'whole', budget }: { readonly where?: 'whole' | 'start' | 'end'; readonly budget: Budget },
): boolean {
  if (part === '') return true;
  let paid = 0;
  for (let at = whole.indexOf(part); at >= 0; at = whole.indexOf(part, at + 1)) {
    // Each place that is looked at costs, so that what stands everywhere is no cheaper than it is.
    if (++paid % 64 === 0) budget.spend(32);
    const starts = where === 'end' || !isTermCharacter(whole, at - 1) || !isTermCharacter(part, 0);
    const end = at + part.length;
    const ends = where === 'start' || !isTermCharacter(whole, end) || !isTermCharacter(part, part.length - 1);
    if (starts && ends) return true;
  }
  return false;
}

function isTermCharacter(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\p{L}\p{N}]/u.test(text[at] ?? '');
}

const textOperators: Readonly<Record<string, TextTest>> = {
  '=~': (whole, part) => whole === part,
  '~': (whole, part) => whole === part,
  contains: (whole, part) => whole.includes(part),
  startswith: (whole, part) => whole.startsWith(part),
  endswith: (whole, part) => whole.endsWith(part),
  has: (whole, part, budget) => hasTerm(whole, part, { budget }),
  hasprefix: (whole, part, budget) => hasTerm(whole, part, { where: 'start', budget }),
  hassuffix: (whole, part, budget) => hasTerm(whole, part, { where: 'end', budget }),
  'matches regex': (whole, part, budget) => {
    const pattern = patternOf(part);
    payForMatch(pattern, whole, budget);
    return pattern.test(whole);
  },
};

function bindText(operator: string, test: TextTest, { left, right }: Sides): Bound {
  const negated = operator.startsWith('!');
  const exact = operator.endsWith('_cs') || operator === 'matches regex';
  return {
    type: 'bool',
    run(row, budget) {
      const whole = textOf(left.run(row, budget), budget);
      const part = textOf(right.run(row, budget), budget);
      budget.willSearch(whole, part);
      const found = exact ? test(whole, part, budget) : test(whole.toLowerCase(), part.toLowerCase(), budget);
      return found !== negated;
    },
  };
}

const orders: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

const numeric: ReadonlySet<Type> = new Set(['long', 'real', 'bool', 'dynamic']);

function areComparable(left: Type, right: Type): boolean {
  return (
    left === right || left === 'dynamic' || right === 'dynamic' || (numeric.has(left) && numeric.has(right))
  );
}

function bindComparison(operator: string, { left, right }: Sides, at: Place): Bound {
  if (!areComparable(left.type, right.type)) {
    const [a, b] = [left.type, right.type];
    throw meaningless(`Cannot compare values of types ${a} and ${b}. Try adding explicit casts`, at);
  }
  const holds = orders[operator] ?? (() => false);
  return {
    type: 'bool',
    run(row, budget) {
      budget.spend(1);
      const [a, b] = [left.run(row, budget), right.run(row, budget)];
      return holdsBetween(a, b, { operator, holds, budget });
    },
  };
}

function holdsBetween(
  a: Value,
  b: Value,
  { operator, holds, budget }: { operator: string; holds: (order: number) => boolean; budget: Budget },
): boolean {
  // Nothing is equal to null, and nothing is before or after it.
  if (a === null || b === null) return operator === '!=' && a !== b;
  const order = compare(a, b, budget);
  return order === undefined ? operator === '!=' : holds(order);
}

function bindArithmetic(operator: string, { left, right }: Sides, at: Place): Bound {
  const type = arithmeticType(operator, left.type, right.type);
  if (!type) {
    throw meaningless(`Operator '${operator}' is not defined for types ${left.type} and ${right.type}`, at);
  }
  const isWhole = type === 'long';
  return {
    type,
    run(row, budget) {
      budget.spend(1);
      const [a, b] = [operand(left.run(row, budget)), operand(right.run(row, budget))];
      if (a === null || b === null) return null;
      const result = calculate(operator, a, b);
      if (!Number.isFinite(result)) return null;
      if (type === 'datetime') return Math.abs(result) > 8.64e15 ? null : new Instant(result);
      if (type === 'timespan') return new Span(result);
      return isWhole ? Math.trunc(result) : result;
    },
  };
}

function operand(value: Value): number | null {
  return value instanceof Instant || value instanceof Span ? value.ms : readNumber(value);
}

function calculate(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return a % b;
  }
}

/** What comes out of two types; undefined: nothing that means something. */
function arithmeticType(operator: string, left: Type, right: Type): Type | undefined {
  if (left === 'string' || right === 'string' || left === 'bool' || right === 'bool') return undefined;
  const pair = `${left} ${operator} ${right}`;
  const known = momentTypes[pair];
  if (known) return known;
  if ([left, right].some((type) => type === 'datetime' || type === 'timespan')) return undefined;
  if (left === 'real' || right === 'real') return 'real';
  return left === 'dynamic' || right === 'dynamic' ? 'real' : 'long';
}

const momentTypes: Readonly<Record<string, Type>> = {
  'datetime - datetime': 'timespan',
  'datetime + timespan': 'datetime',
  'timespan + datetime': 'datetime',
  'datetime - timespan': 'datetime',
  'timespan + timespan': 'timespan',
  'timespan - timespan': 'timespan',
  'timespan / timespan': 'real',
  'timespan * long': 'timespan',
  'timespan * real': 'timespan',
  'long * timespan': 'timespan',
  'real * timespan': 'timespan',
  'timespan / long': 'timespan',
  'timespan / real': 'timespan',
  'long - timespan': 'timespan',
};
