import { rightsSteps } from '../steps.ts';
import { type CelType, formatType, type Overload } from '../types.ts';
import {
  fixedSize,
  mostUnits,
  patternFactor,
  plus,
  productOf,
  type Size,
  scaled,
  sumOf,
  times,
  traversalFactor,
  unionOf,
} from './amounts.ts';
import type { SchemaPath } from './path.ts';

/** An argument of a call: its type and how long it may be. */
export interface Part {
  readonly type: CelType;
  readonly size: Size;
  /** The size is known; otherwise it is without bounds. */
  readonly isSized: boolean;
  readonly path: SchemaPath;
  /** The value of an integer that is written out. */
  readonly whole: number | undefined;
}

export interface Call {
  readonly name: string;
  readonly overload: Overload | undefined;
  /** What a member function is called on; not among `args`. */
  readonly target: Part | undefined;
  readonly args: readonly Part[];
  readonly listElement: (list: Part) => { readonly type: CelType; readonly size: Size } | undefined;
}

export interface CallEstimate {
  /** Without what the arguments cost. */
  readonly cost: number;
  readonly size?: Size | undefined;
}

type Rule = (call: Call) => CallEstimate | undefined;

/** The most that one call costs, and how long its result may be. Calls without a rule of their own cost one unit. */
export function callEstimate(call: Call): CallEstimate {
  return (Object.hasOwn(rules, call.name) ? rules[call.name]?.(call) : undefined) ?? { cost: 1 };
}

function read(part: Part | undefined, factor = traversalFactor): number {
  return part ? scaled(part.size.max, factor) : 0;
}

/** Reads a text given as argument, once or more. */
function readsArgument(factor = traversalFactor): Rule {
  return ({ args: [text] }) => text && { cost: read(text, factor) };
}

/** Reads the text that it is called on; the result is at most as long. */
const readsTarget: Rule = ({ target }) => target && { cost: read(target), size: target.size };

/** Looks at each element of a list and compares what it holds, or looks through a text. */
const looksThrough: Rule = ({ target, listElement }) => {
  if (!target) return undefined;
  const element = listElement(target);
  if (!element) return { cost: read(target) };
  const isLong = element.type.kind === 'string' || element.type.kind === 'bytes';
  const each = isLong ? plus(1, scaled(element.size.max, traversalFactor)) : 1;
  return { cost: times(target.size.max, each) };
};

/** A pattern costs a quarter of its length for each unit of the text; an empty text counts as one character. */
function patternCost(text: Part, pattern: Part): number {
  const textCost = scaled(plus(text.size.max, 1), traversalFactor);
  return times(textCost, scaled(pattern.size.max, patternFactor));
}

const finds: Rule = ({ target, args: [pattern] }) =>
  target && pattern && { cost: patternCost(target, pattern), size: { min: 0, max: target.size.max } };

const replaces: Rule = ({ target, args: [old, by] }) => {
  if (!target || !old || !by) return undefined;
  const { size } = target;
  let [longest, kept] = [0, 0];
  if (old.size.min === 0) [longest, kept] = [plus(size.max, 1), size.max];
  else if (by.size.max <= old.size.min) kept = size.max;
  else longest = Math.ceil(size.max / old.size.min);
  let [fewest, left] = [0, 0];
  if (old.size.max === 0) [fewest, left] = [plus(size.min, 1), size.min];
  else if (old.size.max <= by.size.min) left = size.min;
  else fewest = Math.ceil(size.min / old.size.max);
  const grown = productOf({ min: fewest, max: longest }, by.size);
  return { cost: read(target, 2 * traversalFactor), size: sumOf(grown, { min: left, max: kept }) };
};

const splits: Rule = ({ target, args: [, limit] }) => {
  if (!target) return undefined;
  // A limit below zero is none, and counts as the largest number there is.
  const most = limit?.whole === undefined ? target.size.max : limit.whole < 0 ? mostUnits : limit.whole;
  return { cost: read(target, 2 * traversalFactor), size: { min: 0, max: most } };
};

const joins: Rule = ({ target, args: [separator], listElement }) => {
  if (!target) return undefined;
  const element = listElement(target);
  let size = element ? productOf(target.size, element.size) : fixedSize(0);
  if (separator) {
    const gaps = { min: Math.max(target.size.min - 1, 0), max: Math.max(target.size.max - 1, 0) };
    size = sumOf(size, productOf(separator.size, gaps));
  }
  return { cost: scaled(size.max, traversalFactor), size };
};

/** Bytes of the longest address. */
const addressBytes = 16;

/** Compares addresses byte by byte; one that is given as text is read first. */
function compares(extra: number): Rule {
  return ({ overload, args: [other] }) => {
    const isText = overload?.parameters[1]?.kind === 'string';
    const cost = plus(scaled(2 * addressBytes, traversalFactor), extra);
    return { cost: plus(cost, isText ? read(other) : 0) };
  };
}

/** Both are looked at until the shorter one ends. */
const comparesParts: Rule = ({ args: [a, b] }) =>
  a && b && { cost: scaled(Math.min(a.size.max, b.size.max), traversalFactor) };

const orders: Rule = (call) => {
  const kind = call.overload?.parameters[0]?.kind;
  return kind === 'string' || kind === 'bytes' ? comparesParts(call) : undefined;
};

/** Longest format, in characters. */
const formatCharacters = 64;
const cheaplyEqual: ReadonlySet<string> = new Set([
  'net.IP',
  'net.CIDR',
  'kubernetes.Quantity',
  'kubernetes.Semver',
]);

const isEqual: Rule = (call) => {
  const [a, b] = call.args;
  if (a?.type.kind === 'opaque' && b && formatType(a.type) === formatType(b.type)) {
    if (cheaplyEqual.has(a.type.name)) return { cost: 1 };
    if (a.type.name === 'kubernetes.NamedFormat') return { cost: scaled(formatCharacters, traversalFactor) };
    if (a.type.name === 'kubernetes.URL')
      return { cost: scaled(b.isSized ? b.size.max : 1, traversalFactor) };
  }
  return comparesParts(call);
};

const adds: Rule = ({ overload, args: [a, b] }) => {
  const kind = overload?.parameters[0]?.kind ?? a?.type.kind;
  if (!a || !b || (kind !== 'string' && kind !== 'bytes' && kind !== 'list')) return undefined;
  const size = sumOf(a.size, b.size);
  return { cost: kind === 'list' ? 1 : scaled(size.max, traversalFactor), size };
};

const isIn: Rule = ({ overload, args: [, list] }) =>
  list && overload?.parameters[1]?.kind === 'list' ? { cost: list.size.max } : undefined;

function comparesSets(factor: number): Rule {
  return ({ args: [a, b] }) => a && b && { cost: plus(scaled(times(a.size.max, b.size.max), factor), 1) };
}

const contains: Rule = ({ target, args: [part] }) =>
  target && part && { cost: times(read(target), read(part)) };

/** Of the two forms of `matches` only the member has a cost of its own, as the real server has it. */
const matches: Rule = ({ target, args: [pattern] }) =>
  target && pattern && { cost: patternCost(target, pattern) };

/** Between texts and bytes; other conversions cost one unit. */
const toText: Rule = ({ overload, args: [bytes] }) =>
  bytes && overload?.parameters[0]?.kind === 'bytes'
    ? { cost: read(bytes), size: { min: Math.floor(bytes.size.min / 4), max: bytes.size.max } }
    : undefined;

const toBytes: Rule = ({ overload, args: [text] }) =>
  text && overload?.parameters[0]?.kind === 'string'
    ? { cost: read(text), size: { min: text.size.min, max: times(text.size.max, 4) } }
    : undefined;

const quotes: Rule = ({ args: [text] }) =>
  text && {
    cost: read(text),
    size: { min: plus(text.size.min, 2), max: plus(times(text.size.max, 2), 2) },
  };

/** Characters of the longest pattern of a named format. */
const formatPatternCharacters = 128;

const validates: Rule = ({ args: [text] }) =>
  text && { cost: scaled(read(text), formatPatternCharacters * patternFactor) };

const rules: Readonly<Record<string, Rule>> = {
  '_?_:_': ({ args: [, yes, no] }) => yes && no && { cost: 0, size: unionOf(yes.size, no.size) },
  '_&&_': () => ({ cost: 0 }),
  '_||_': () => ({ cost: 0 }),
  '_==_': isEqual,
  '_!=_': comparesParts,
  '_<_': orders,
  '_<=_': orders,
  '_>_': orders,
  '_>=_': orders,
  '_+_': adds,
  '@in': isIn,
  check: () => ({ cost: rightsSteps }),
  isSorted: looksThrough,
  sum: looksThrough,
  max: looksThrough,
  min: looksThrough,
  indexOf: looksThrough,
  lastIndexOf: looksThrough,
  url: ({ args: [text] }) => text && { cost: read(text), size: text.size },
  lowerAscii: readsTarget,
  upperAscii: readsTarget,
  substring: readsTarget,
  trim: readsTarget,
  replace: replaces,
  split: splits,
  join: joins,
  find: finds,
  findAll: finds,
  matches,
  contains,
  startsWith: readsArgument(),
  endsWith: readsArgument(),
  format: ({ target }) => target && { cost: read(target) },
  string: toText,
  bytes: toBytes,
  'strings.quote': quotes,
  cidr: readsArgument(),
  isIP: readsArgument(),
  isCIDR: readsArgument(),
  ip: (call) => (call.target ? { cost: 1 } : readsArgument()(call)),
  'ip.isCanonical': readsArgument(2 * traversalFactor),
  containsIP: compares(0),
  containsCIDR: compares(scaled(addressBytes, traversalFactor) + 1),
  quantity: readsArgument(),
  isQuantity: readsArgument(),
  semver: readsArgument(),
  isSemver: readsArgument(),
  validate: validates,
  'sets.contains': comparesSets(1),
  'sets.intersects': comparesSets(1),
  'sets.equivalent': comparesSets(2),
};
