import { patternOf } from '../apimachinery/pattern.ts';
import type { Overload } from './types.ts';
import { ListValue, OpaqueValue, OptionalValue, type Value, weightOf } from './values.ts';

/** Steps of a call, told before it does anything. */
export type Steps = (values: readonly Value[]) => number;

/** Characters or bytes that are read, copied or compared in one step, as in the real server. */
const charactersPerStep = 10;

/** Steps of the pattern engine that cost as much as one of an evaluation. */
const patternStepsPerStep = 10;

const one: Steps = () => 1;

/** What reads no more than a place, whatever it is called on. */
const constant: ReadonlySet<string> = new Set([
  ...['dyn', 'type', 'size', 'first', 'last', 'hasValue', 'value', 'optional.of', 'optional.none'],
  'optional.ofNonZeroValue',
]);

/** What looks at all that a list holds, or writes it down. */
const deep: ReadonlySet<string> = new Set([
  ...['isSorted', 'min', 'max', 'sum', 'indexOf', 'lastIndexOf', 'join', 'format', 'unwrap', 'unwrapOpt'],
  'optional.unwrap',
]);

/** Somebody else has to answer: no more than two in one expression. The real server's figure. */
export const rightsSteps = 350_000;
const askingRights: Steps = () => rightsSteps;

const searches: ReadonlySet<string> = new Set(['matches', 'find', 'findAll']);

const products: ReadonlySet<string> = new Set(['sets.contains', 'sets.equivalent', 'sets.intersects']);

/**
 * What a call of an overload costs: in proportion to the work it will do. `isPatternWritten`: the pattern stands in the
 * expression and was compiled with it.
 */
export function stepsOfCall(overload: Overload, isPatternWritten: boolean): Steps {
  const { name, parameters } = overload;
  const [first, second] = parameters;
  if (constant.has(name)) return one;
  if (name === 'check') return askingRights;
  if (name === '@in') return second?.kind === 'list' ? findingItem : shallow;
  if (name === 'startsWith' || name === 'endsWith') return readingOnlySought;
  if (searches.has(name)) return searching(isPatternWritten);
  if (products.has(name)) return product;
  if (name === 'replace') return replacing;
  if (name === 'join') return joining;
  if (name === '_+_' && first?.kind === 'list') return joiningLists;
  return deep.has(name) ? weighed : shallow;
}

/** Steps of a comparison: as far as both go. */
export function stepsOfEquality(a: Value, b: Value): number {
  const [left, right] = [weightOf(a), weightOf(b)];
  // Items are found by what tells them apart, which is worked out for all of them.
  const byIdentity = a instanceof ListValue && b instanceof ListValue && (a.identity ?? b.identity);
  return byIdentity ? left + right : Math.min(left, right);
}

/** Steps of looking up a key, whose text is read. */
export function stepsOfKey(key: Value): number {
  return typeof key === 'string' ? 1 + key.length / charactersPerStep : 1;
}

/** Steps of one more search from a place in a text: it may look at all the rest before it finds what is near. */
export function stepsOfNextSearch(source: string, restCharacters: number): number {
  return 1 + patternOf(source).stepsFor(restCharacters) / patternStepsPerStep;
}

function shallow(values: readonly Value[]): number {
  let steps = 1;
  for (const value of values) steps += sizeOf(value);
  return steps;
}

function weighed(values: readonly Value[]): number {
  let steps = 1;
  for (const value of values) steps += weightOf(value);
  return steps;
}

/**
 * Texts and bytes that are compared with one that is looked for differ in length or are compared a machine's word at
 * a time: an item is a step, and one more where the text looked for is very long. Of what holds others all is compared.
 */
function findingItem(values: readonly Value[]): number {
  const [sought = null, list] = values;
  if (!(list instanceof ListValue) || !isPlain(sought)) return weighed(values);
  const longer = sizeOf(sought);
  return 1 + longer + list.size * (1 + Math.floor(longer / stepsPerComparedItem));
}

/** Steps' worth of characters that are compared in the step that each item costs anyway. */
const stepsPerComparedItem = 50;

function isPlain(value: Value): boolean {
  return typeof value !== 'object' || value === null || value instanceof Uint8Array;
}

/** As much of the text is read as there is of what it shall begin or end with. */
function readingOnlySought([, sought = null]: readonly Value[]): number {
  return 1 + sizeOf(sought);
}

/** What there is to read of a value without looking into what it holds. */
function sizeOf(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return 1 + value.length / charactersPerStep;
  if (value instanceof ListValue) return 1 + value.size;
  if (value instanceof OptionalValue) return value.value === undefined ? 1 : sizeOf(value.value);
  return value instanceof OpaqueValue ? value.weight : 1;
}

function product(values: readonly Value[]): number {
  const [a = null, b = null] = values;
  return shallow(values) + weightOf(a) * (b instanceof ListValue ? b.size : 1);
}

function replacing(values: readonly Value[]): number {
  const [text, old, by] = values;
  if (typeof text !== 'string' || typeof old !== 'string' || typeof by !== 'string') return shallow(values);
  const places = text.length / Math.max(old.length, 1) + 1;
  return shallow(values) + (places * by.length) / charactersPerStep;
}

function joining(values: readonly Value[]): number {
  const [list, between = ''] = values;
  if (!(list instanceof ListValue) || typeof between !== 'string') return weighed(values);
  return weighed(values) + (list.size * between.length) / charactersPerStep;
}

/** Lists whose items have an identity are joined by it. */
function joiningLists(values: readonly Value[]): number {
  const [first] = values;
  return first instanceof ListValue && first.identity ? weighed(values) : shallow(values);
}

function searching(isPatternWritten: boolean): Steps {
  return (values) => {
    const [text, source] = values;
    const read = shallow(values);
    if (typeof text !== 'string' || typeof source !== 'string') return read;
    const compiled = isPatternWritten ? 0 : source.length;
    return read + compiled + patternOf(source).steps(text) / patternStepsPerStep;
  };
}
