import { type Pattern, patternOf } from '../../apimachinery/pattern.ts';
import { goQuote } from '../../apimachinery/validation/field-errors.ts';
import type { Registry } from '../registry.ts';
import { formatDuration, formatTimestamp } from '../time.ts';
import {
  CelError,
  CelUint,
  Duration,
  ListValue,
  MapValue,
  Timestamp,
  TypeValue,
  type Value,
} from '../values.ts';
import { int, list, text } from './arguments.ts';
import { doubleText } from './conversions.ts';

/** Texts: the standard functions, cel-go's string extension and Kubernetes' `find`. */
export function declareStrings(registry: Registry): void {
  registry.declare('string.contains(string) bool', (a, b) => text(a).includes(text(b)));
  registry.declare('string.startsWith(string) bool', (a, b) => text(a).startsWith(text(b)));
  registry.declare('string.endsWith(string) bool', (a, b) => text(a).endsWith(text(b)));
  registry.declare('string.matches(string) bool', (a, b) => regex(text(b)).test(text(a)));
  registry.declare('matches(string, string) bool', (a, b) => regex(text(b)).test(text(a)));
  registry.declare('string.lowerAscii() string', (a) =>
    text(a).replace(/[A-Z]+/g, (part) => part.toLowerCase()),
  );
  registry.declare('string.upperAscii() string', (a) =>
    text(a).replace(/[a-z]+/g, (part) => part.toUpperCase()),
  );
  registry.declare('string.trim() string', (a) => trimmed(text(a)));
  registry.declare('strings.quote(string) string', (a) => goQuote(text(a)));
  declarePositions(registry);
  declareParts(registry);
  declareRegex(registry);
  registry.declare('string.format(list(dyn)) string', (a, b) => format(text(a), [...list(b)]));
}

const blank = /[\s\u0085]/;

function trimmed(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && blank.test(value.charAt(from))) from++;
  while (to > from && blank.test(value.charAt(to - 1))) to--;
  return value.slice(from, to);
}

function regex(source: string): Pattern {
  const pattern = patternOf(source);
  const problem = pattern.problem();
  if (problem !== undefined) throw new CelError(problem);
  return pattern;
}

/** Positions count code points. */
function declarePositions(registry: Registry): void {
  registry.declare('string.charAt(int) string', (a, at) => {
    const characters = [...text(a)];
    const index = Number(int(at));
    if (index < 0 || index > characters.length) throw new CelError(`index out of range: ${index}`);
    return characters[index] ?? '';
  });
  registry.declare('string.indexOf(string) int', (a, b) => find(text(a), text(b), 0));
  registry.declare('string.indexOf(string, int) int', (a, b, from) =>
    find(text(a), text(b), Number(int(from))),
  );
  registry.declare('string.lastIndexOf(string) int', (a, b) =>
    findLast(text(a), text(b), lastPlace(text(a), text(b))),
  );
  registry.declare('string.lastIndexOf(string, int) int', (a, b, from) =>
    findLast(text(a), text(b), Number(int(from))),
  );
  registry.declare('string.substring(int) string', (a, from) => {
    const characters = [...text(a)];
    const start = Number(int(from));
    if (start < 0 || start > characters.length) throw new CelError(`index out of range: ${start}`);
    return characters.slice(start).join('');
  });
  registry.declare('string.substring(int, int) string', (a, from, to) => {
    const characters = [...text(a)];
    const [start, end] = [Number(int(from)), Number(int(to))];
    if (start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
    if (start < 0 || start > characters.length) throw new CelError(`index out of range: ${start}`);
    if (end < 0 || end > characters.length) throw new CelError(`index out of range: ${end}`);
    return characters.slice(start, end).join('');
  });
}

function lastPlace(value: string, part: string): number {
  const { length } = [...value];
  return part === '' ? length : Math.max(length - 1, 0);
}

function matchesAt(characters: readonly string[], part: readonly string[], at: number): boolean {
  return part.every((character, i) => characters[at + i] === character);
}

/** An offset beyond the end finds nothing; one before the beginning is an error. */
function find(value: string, part: string, from: number): bigint {
  if (part === '') return BigInt(from);
  if (from < 0) throw new CelError(`index out of range: ${from}`);
  const characters = [...value];
  const sought = [...part];
  for (let at = from; at <= characters.length - sought.length; at++) {
    if (matchesAt(characters, sought, at)) return BigInt(at);
  }
  return -1n;
}

function findLast(value: string, part: string, from: number): bigint {
  if (part === '') return BigInt(from);
  if (from < 0) throw new CelError(`index out of range: ${from}`);
  const characters = [...value];
  if (from >= characters.length) return -1n;
  const sought = [...part];
  for (let at = Math.min(from, characters.length - sought.length); at >= 0; at--) {
    if (matchesAt(characters, sought, at)) return BigInt(at);
  }
  return -1n;
}

function declareParts(registry: Registry): void {
  registry.declare('string.replace(string, string) string', (a, old, by) =>
    text(a).split(text(old)).join(text(by)),
  );
  registry.declare('string.replace(string, string, int) string', (a, old, by, count) =>
    replaceSome(text(a), { old: text(old), by: text(by), count: Number(int(count)) }),
  );
  registry.declare('string.split(string) list(string)', (a, by) => new ListValue(text(a).split(text(by))));
  registry.declare(
    'string.split(string, int) list(string)',
    (a, by, count) => new ListValue(splitSome(text(a), text(by), Number(int(count)))),
  );
  registry.declare('list(string).join() string', (a) => [...list(a)].map(text).join(''));
  registry.declare('list(string).join(string) string', (a, by) => [...list(a)].map(text).join(text(by)));
}

function replaceSome(value: string, { old, by, count }: { old: string; by: string; count: number }): string {
  const parts = value.split(old);
  if (count < 0 || parts.length - 1 <= count) return parts.join(by);
  return [parts.slice(0, count + 1).join(by), ...parts.slice(count + 1)].join(old);
}

function splitSome(value: string, by: string, count: number): string[] {
  if (count === 0) return [];
  const parts = value.split(by);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(by)];
}

function declareRegex(registry: Registry): void {
  const found = (value: string, source: string): string[] => {
    const pattern = patternOf(source);
    const problem = pattern.problem();
    if (problem !== undefined) throw new CelError(`Illegal regex: ${problem}`);
    const matcher = pattern.compiled.matcher(value);
    const matches: string[] = [];
    while (matcher.find()) matches.push(matcher.group() ?? '');
    return matches;
  };
  registry.declare('string.find(string) string', (a, b) => found(text(a), text(b))[0] ?? '');
  registry.declare('string.findAll(string) list(string)', (a, b) => new ListValue(found(text(a), text(b))));
  registry.declare('string.findAll(string, int) list(string)', (a, b, limit) => {
    const all = found(text(a), text(b));
    const count = Number(int(limit));
    return new ListValue(count < 0 ? all : all.slice(0, count));
  });
}

const clause = /%(?:%|(?:\.(\d+))?([a-zA-Z]))/g;

/** `"%s has %d".format([...])` */
function format(pattern: string, args: readonly Value[]): string {
  let next = 0;
  return pattern.replace(clause, (whole, precision, verb) => {
    if (whole === '%%') return '%';
    const value = args[next++];
    if (value === undefined) throw new CelError(`index ${next - 1} out of range`);
    return formatOne(verb, value, precision === undefined ? undefined : Number(precision));
  });
}

function formatOne(verb: string, value: Value, precision: number | undefined): string {
  switch (verb) {
    case 's':
      return plain(value);
    case 'd':
      if (value instanceof CelUint) return String(value.value);
      if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)))
        return String(value);
      break;
    case 'f':
      if (typeof value === 'number' || typeof value === 'bigint') return fixed(Number(value), precision ?? 6);
      break;
    case 'e':
      if (typeof value === 'number' || typeof value === 'bigint') {
        return scientific(Number(value), precision ?? 6);
      }
      break;
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return wholeNumber(verb, value).toString(2);
    case 'o':
      return wholeNumber(verb, value).toString(8);
    case 'x':
    case 'X':
      return hexadecimal(verb, value);
    default:
      throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
  throw formatError(verb, value);
}

function formatError(verb: string, value: Value): CelError {
  const what = verb === 'd' ? 'integers' : 'doubles';
  return new CelError(
    `error during formatting: ${verb === 'd' ? 'decimal' : 'fixed-point'} clause can only be used on ${what}, was given ${typeof value}`,
  );
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `1.500000×10⁰⁰` */
function scientific(value: number, digits: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(digits).split('e');
  const size = exponent.replace(/^[+-]/, '').padStart(2, '0');
  const raised = [...size].map((digit) => superscripts.charAt(Number(digit))).join('');
  return `${mantissa}×10${exponent.startsWith('-') ? '⁻' : ''}${raised}`;
}

function fixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return value.toFixed(digits);
}

function wholeNumber(verb: string, value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof CelUint) return value.value;
  throw new CelError(`error during formatting: only integers can be formatted with %${verb}`);
}

function hexadecimal(verb: 'x' | 'X', value: Value): string {
  const shown =
    typeof value === 'string' || value instanceof Uint8Array
      ? Buffer.from(value).toString('hex')
      : wholeNumber(verb, value).toString(16);
  return verb === 'X' ? shown.toUpperCase() : shown;
}

/** A value as `%s` shows it. */
function plain(value: Value): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return doubleText(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return plainObject(value);
  }
}

/** A value within a list or map: texts are quoted. */
function nested(value: Value): string {
  return typeof value === 'string' ? JSON.stringify(value) : plain(value);
}

function plainObject(value: Exclude<Value, null | string | number | boolean | bigint>): string {
  if (value instanceof ListValue) return `[${[...value].map(nested).join(', ')}]`;
  if (value instanceof MapValue) {
    const parts = [...value.keys()].map((key) => `${nested(key)}:${nested(value.get(key) ?? null)}`);
    return `{${parts.sort().join(', ')}}`;
  }
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  throw new CelError(
    'error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  );
}
