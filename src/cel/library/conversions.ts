import type { Registry } from '../registry.ts';
import {
  formatDuration,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
  timeParts,
  unixSeconds,
} from '../time.ts';
import {
  CelError,
  CelUint,
  Duration,
  ListValue,
  none,
  OptionalValue,
  Timestamp,
  TypeValue,
  typeOf,
  type Value,
} from '../values.ts';
import { bytes, duration, flag, instance, int, list, real, text, time } from './arguments.ts';
import { checkedInt } from './operators.ts';

/** Conversions between types, times and optionals. */
export function declareConversions(registry: Registry): void {
  registry.declare('type(A) type(A)', (value = null) => new TypeValue(typeOf(value)));
  registry.declare('dyn(A) dyn', (value = null) => value);
  declareNumbers(registry);
  declareTexts(registry);
  declareTimes(registry);
  declareOptionals(registry);
}

function declareNumbers(registry: Registry): void {
  registry.declare('int(int) int', (a) => int(a));
  registry.declare('int(uint) int', (a) => checkedInt(instance(a, CelUint).value));
  registry.declare('int(double) int', (a) => intOf(real(a)));
  registry.declare('int(string) int', (a) => parsedInt(text(a)));
  registry.declare('int(timestamp) int', (a) => unixSeconds(time(a)));
  registry.declare('int(duration) int', (a) => duration(a).nanos);
  registry.declare('uint(uint) uint', (a = null) => a);
  registry.declare('uint(int) uint', (a) => uintOf(int(a)));
  registry.declare('uint(double) uint', (a) => uintOf(intOf(real(a))));
  registry.declare('uint(string) uint', (a) => {
    if (!/^\d+$/.test(text(a))) throw conversionError('string', 'uint');
    return uintOf(shortInteger(text(a)) ?? 2n ** 64n);
  });
  registry.declare('double(double) double', (a) => real(a));
  registry.declare('double(int) double', (a) => Number(int(a)));
  registry.declare('double(uint) double', (a) => Number(instance(a, CelUint).value));
  registry.declare('double(string) double', (a) => parsedDouble(text(a)));
  registry.declare('bool(bool) bool', (a) => flag(a));
  registry.declare('bool(string) bool', (a) => parsedBool(text(a)));
}

function conversionError(from: string, to: string): CelError {
  return new CelError(`type conversion error from '${from}' to '${to}'`);
}

function intOf(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) throw new CelError('integer overflow');
  return BigInt(Math.trunc(value));
}

function uintOf(value: bigint): CelUint {
  if (value < 0n || value >= 2n ** 64n) throw new CelError('unsigned integer overflow');
  return new CelUint(value);
}

function parsedInt(value: string): bigint {
  if (!/^[+-]?\d+$/.test(value)) throw conversionError('string', 'int');
  const size = shortInteger(value.replace(/^[+-]/, ''));
  const parsed = size !== undefined && value.startsWith('-') ? -size : size;
  if (parsed === undefined || parsed < -(2n ** 63n) || parsed >= 2n ** 63n)
    throw conversionError('string', 'int');
  return parsed;
}

/** Digits of a number that may fit 64 bits; undefined for more of them, which cost more than their length to read. */
function shortInteger(digits: string): bigint | undefined {
  const significant = digits.replace(/^0+/, '');
  return significant.length > 20 ? undefined : BigInt(significant || '0');
}

const decimalForm = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const hexadecimalForm = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?p([+-]?\d+)$/i;

/** What Go's `ParseFloat` reads: also hexadecimal, and with underscores between digits. */
function parsedDouble(value: string): number {
  if (/^[+-]?inf(?:inity)?$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(value)) return Number.NaN;
  const text = /(?<![0-9a-fx])_|_(?![0-9a-f])/i.test(value) ? value : value.replaceAll('_', '');
  const number = decimalForm.test(text) ? Number(text) : fromHexadecimal(text);
  if (number === undefined || !Number.isFinite(number)) throw conversionError('string', 'double');
  return number;
}

function fromHexadecimal(text: string): number | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = hexadecimalForm.exec(text) ?? [];
  if (whole === '' && fraction === '') return undefined;
  const size = Number(`0x${whole}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -size : size;
}

function parsedBool(value: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false;
  throw conversionError('string', 'bool');
}

function declareTexts(registry: Registry): void {
  registry.declare('string(string) string', (a) => text(a));
  registry.declare('string(bool) string', (a) => String(flag(a)));
  registry.declare('string(int) string', (a) => String(int(a)));
  registry.declare('string(uint) string', (a) => String(instance(a, CelUint).value));
  registry.declare('string(double) string', (a) => doubleText(real(a)));
  registry.declare('string(bytes) string', (a) => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes(a));
    } catch {
      throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
    }
  });
  registry.declare('string(timestamp) string', (a) => formatTimestamp(time(a)));
  registry.declare('string(duration) string', (a) => formatDuration(duration(a)));
  registry.declare('bytes(bytes) bytes', (a) => bytes(a));
  registry.declare('bytes(string) bytes', (a) => new TextEncoder().encode(text(a)));
}

/** A double in the fewest digits that make it, as Go prints it: powers of ten below a ten thousandth and from a million on. */
export function doubleText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (Number.isNaN(value)) return 'NaN';
  if (Object.is(value, -0)) return '-0';
  const size = Math.abs(value);
  const scientific = size !== 0 && (size >= 1e6 || size < 1e-4);
  const shown = scientific ? value.toExponential() : String(value);
  return shown.replace(/e([+-])(\d)$/, 'e$10$2');
}

function declareTimes(registry: Registry): void {
  registry.declare('timestamp(timestamp) timestamp', (a) => time(a));
  registry.declare('timestamp(int) timestamp', (a) => new Timestamp(int(a) * 1_000_000_000n));
  registry.declare('timestamp(string) timestamp', (a) => {
    const parsed = parseTimestamp(text(a));
    if (!parsed) throw conversionError('string', 'google.protobuf.Timestamp');
    return parsed;
  });
  registry.declare('duration(duration) duration', (a) => duration(a));
  registry.declare('duration(int) duration', (a) => new Duration(int(a)));
  registry.declare('duration(string) duration', (a) => {
    const parsed = parseDuration(text(a));
    if (!parsed) throw conversionError('string', 'google.protobuf.Duration');
    return parsed;
  });
  for (const [name, read] of Object.entries(timeFields)) {
    registry.declare(`timestamp.${name}() int`, (a) => BigInt(read(partsOf(time(a), 'UTC'))));
    registry.declare(`timestamp.${name}(string) int`, (a, zone) =>
      BigInt(read(partsOf(time(a), text(zone)))),
    );
  }
  for (const [name, unit] of Object.entries(durationUnits)) {
    registry.declare(`duration.${name}() int`, (a) => duration(a).nanos / unit);
  }
}

const durationUnits: Readonly<Record<string, bigint>> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: 1_000_000n,
};

const dayMs = 86_400_000;

const timeFields: Readonly<Record<string, (parts: Date) => number>> = {
  getFullYear: (parts) => parts.getUTCFullYear(),
  getMonth: (parts) => parts.getUTCMonth(),
  getDayOfYear: (parts) => Math.floor((parts.getTime() - Date.UTC(parts.getUTCFullYear(), 0, 1)) / dayMs),
  getDate: (parts) => parts.getUTCDate(),
  getDayOfMonth: (parts) => parts.getUTCDate() - 1,
  getDayOfWeek: (parts) => parts.getUTCDay(),
  getHours: (parts) => parts.getUTCHours(),
  getMinutes: (parts) => parts.getUTCMinutes(),
  getSeconds: (parts) => parts.getUTCSeconds(),
  getMilliseconds: (parts) => parts.getUTCMilliseconds(),
};

function partsOf(value: Timestamp, zone: string): Date {
  const parts = timeParts(value, zone);
  if (!parts) throw new CelError(`unknown time zone ${zone}`);
  return parts;
}

function declareOptionals(registry: Registry): void {
  registry.declare('optional.of(A) optional(A)', (value = null) => new OptionalValue(value));
  registry.declare('optional.ofNonZeroValue(A) optional(A)', (value = null) =>
    isZero(value) ? none : new OptionalValue(value),
  );
  registry.declare('optional.none() optional(A)', () => none);
  registry.declare('list(A).first() optional(A)', (a) => elementOf(a, (size) => (size > 0 ? 0 : undefined)));
  registry.declare('list(A).last() optional(A)', (a) =>
    elementOf(a, (size) => (size > 0 ? size - 1 : undefined)),
  );
  registry.declare('optional.unwrap(list(optional(A))) list(A)', unwrapped);
  registry.declare('list(optional(A)).unwrapOpt() list(A)', unwrapped);
  registry.declare('optional(A).hasValue() bool', (a) => instance(a, OptionalValue).value !== undefined);
  registry.declare('optional(A).value() A', (a) => {
    const { value } = instance(a, OptionalValue);
    if (value === undefined) throw new CelError('optional.none() dereference');
    return value;
  });
  registry.declare('optional(A).or(optional(A)) optional(A)', (a = null) => a);
  registry.declare('optional(A).orValue(A) A', (a = null) => a);
}

function elementOf(value: Value | undefined, place: (size: number) => number | undefined): Value {
  const items = list(value);
  const at = place(items.size);
  return at === undefined ? none : new OptionalValue(items.at(at));
}

function unwrapped(value: Value | undefined): Value {
  const found: Value[] = [];
  for (const item of list(value)) {
    const held = instance(item, OptionalValue).value;
    if (held !== undefined) found.push(held);
  }
  return new ListValue(found);
}

function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (typeof value !== 'object') return false;
  if ('size' in value) return value.size === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  return value instanceof CelUint && value.value === 0n;
}
