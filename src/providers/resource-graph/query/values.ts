import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import type { Budget } from './budget.ts';
import { queryLimits } from './limits.ts';

/** Types of columns and expressions. */
export type Type = 'string' | 'long' | 'real' | 'bool' | 'datetime' | 'timespan' | 'dynamic';

/** A moment, in milliseconds since 1970. */
export class Instant {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** A length of time in milliseconds. */
export class Span {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** What a cell holds. Strings are never null. */
export type Value = null | boolean | number | string | Instant | Span | readonly Json[] | JsonObject;

/** What is read of a member that may not be there. */
export function cellOf(json: Json | undefined): Value {
  return typeof json === 'bigint' ? Number(json) : (json ?? null);
}

export function isList(value: Value | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** True for an object of JSON. */
export function isBag(value: Value | undefined): value is JsonObject {
  return !(value instanceof Instant) && !(value instanceof Span) && isObject(value);
}

/** True for JSON of more levels than a query may put together; for what shares no parts: its time is in proportion to the text. */
export function isDeep(value: Json | undefined, level = 0): boolean {
  if (level > queryLimits.valueLevels) return true;
  const below = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return below.some((item) => typeof item === 'object' && isDeep(item, level + 1));
}

/** As it stands inside a value of JSON. */
export function jsonOf(value: Value): Json {
  if (value instanceof Instant || value instanceof Span) return plainText(value);
  // A list of JSON is JSON; nobody writes to values.
  return value as Json;
}

/** Text of what is no object and no list: '' of null. */
export function plainText(value: null | boolean | number | string | Instant | Span): string {
  if (value === null) return '';
  if (value instanceof Instant) return instantText(value);
  if (value instanceof Span) return spanText(value.ms);
  return typeof value === 'boolean' ? (value ? 'true' : 'false') : String(value);
}

/** Text of any value; of objects their JSON, which is paid for. */
export function textOf(value: Value, budget: Budget): string {
  if (typeof value === 'string') return value;
  if (isList(value) || isBag(value)) return budget.jsonText(value);
  return plainText(value);
}

/** ISO 8601 with seven digits of a second, as Kusto prints it. */
function instantText({ ms }: Instant): string {
  const text = new Date(ms).toISOString();
  return `${text.slice(0, -1)}0000Z`;
}

/** `[-][d.]hh:mm:ss[.fffffff]`. */
function spanText(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const whole = Math.abs(ms);
  const two = (count: number) => String(Math.floor(count)).padStart(2, '0');
  const days = Math.floor(whole / 86_400_000);
  const rest = `${two((whole / 3_600_000) % 24)}:${two((whole / 60_000) % 60)}:${two((whole / 1_000) % 60)}`;
  const parts = Math.round((whole % 1_000) * 10_000);
  return `${sign}${days > 0 ? `${days}.` : ''}${rest}${parts > 0 ? `.${String(parts).padStart(7, '0')}` : ''}`;
}

/** Reads a moment; null when it is none. */
export function readInstant(value: Value): Instant | null {
  if (value instanceof Instant) return value;
  if (typeof value !== 'string' || value.length > 64 || !/^\d{4}-?\d{2}/.test(value.trim())) return null;
  const text = value.trim();
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) && text.length > 10;
  const ms = Date.parse(hasZone || text.length <= 10 ? text : `${text.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? null : new Instant(ms);
}

/** The number that a value says; null when it says none. */
export function readNumber(value: Value): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Span || value instanceof Instant) return value.ms * 10_000;
  if (typeof value !== 'string' || value.length > 64 || value.trim() === '') return null;
  const said = Number(value);
  return Number.isFinite(said) ? said : null;
}

/** Order of two values that are not null, without what is not comparable. Strings compare by code unit. */
export function compare(left: Value, right: Value, budget: Budget): number | undefined {
  const [a, b] = [ordered(left, budget), ordered(right, budget)];
  if (typeof a === 'string' && typeof b === 'string') {
    budget.spend(Math.min(a.length, b.length) >> 4);
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [readNumber(left), readNumber(right)];
  return x === null || y === null ? undefined : x - y;
}

function ordered(value: Value, budget: Budget): string | number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Instant || value instanceof Span) return value.ms;
  return textOf(value, budget);
}

/** A text that is the same for equal values and no others: what groups, joins and `distinct` go by. */
export function keyOf(values: readonly Value[], budget: Budget): string {
  return values
    .map((value) => {
      const text = textOf(value, budget);
      budget.willMake(text.length);
      const kind =
        value === null ? 'n' : value instanceof Instant || value instanceof Span ? 't' : (typeof value)[0];
      return `${kind}${text.length}:${text}`;
    })
    .join('');
}
