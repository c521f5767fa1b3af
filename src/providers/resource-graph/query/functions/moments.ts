import type { Budget } from '../budget.ts';
import { Instant, readInstant, readNumber, Span, textOf, type Value } from '../values.ts';
import type { ScalarFunction } from './function.ts';

type Unit = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

const unitMs: Partial<Readonly<Record<Unit, number>>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1_000,
  millisecond: 1,
};
const unitMonths: Partial<Readonly<Record<Unit, number>>> = { year: 12, quarter: 3, month: 1 };

function instant(ms: number): Instant | null {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Instant(ms) : null;
}

/** The beginning of what the moment lies in, moved on by some of them. */
function startOf(unit: 'day' | 'week' | 'month' | 'year', at: Instant, later: number): Instant | null {
  const date = new Date(at.ms);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (unit === 'year') return instant(Date.UTC(year + later, 0, 1));
  if (unit === 'month') return instant(Date.UTC(year, month + later, 1));
  if (unit === 'week') return instant(Date.UTC(year, month, day - date.getUTCDay() + 7 * later));
  return instant(Date.UTC(year, month, day + later));
}

function bound(unit: 'day' | 'week' | 'month' | 'year', end: boolean): ScalarFunction {
  return {
    least: 1,
    most: 2,
    type: 'datetime',
    run([value = null, later = 0]) {
      const at = readInstant(value);
      if (!at) return null;
      const start = startOf(unit, at, (readNumber(later) ?? 0) + (end ? 1 : 0));
      return start && end ? instant(start.ms - 1) : start;
    },
  };
}

function part(read: (date: Date) => number): ScalarFunction {
  return {
    least: 1,
    most: 1,
    type: 'long',
    run([value = null]) {
      const at = readInstant(value);
      return at && read(new Date(at.ms));
    },
  };
}

function unitOf(value: Value, budget: Budget): Unit | undefined {
  const word = textOf(value, budget).toLowerCase();
  const known: readonly Unit[] = [
    'year',
    'quarter',
    'month',
    'week',
    'day',
    'hour',
    'minute',
    'second',
    'millisecond',
  ];
  return known.find((unit) => unit === word);
}

function added(unit: Unit, count: number, at: Instant): Instant | null {
  const months = unitMonths[unit];
  if (months === undefined) return instant(at.ms + count * (unitMs[unit] ?? 0));
  const date = new Date(at.ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count * months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return instant(date.getTime());
}

/** Borders of a unit that lie between two moments, as Kusto counts. */
function difference(unit: Unit, later: Instant, earlier: Instant): number {
  const ms = unitMs[unit];
  if (unit === 'week')
    return (
      Math.floor((later.ms + 4 * 86_400_000) / (ms ?? 1)) -
      Math.floor((earlier.ms + 4 * 86_400_000) / (ms ?? 1))
    );
  if (ms !== undefined) return Math.floor(later.ms / ms) - Math.floor(earlier.ms / ms);
  const months = ({ ms: at }: Instant) => {
    const date = new Date(at);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  };
  const size = unitMonths[unit] ?? 1;
  return Math.floor(months(later) / size) - Math.floor(months(earlier) / size);
}

const formats: Readonly<Record<string, (date: Date) => number>> = {
  yyyy: (date) => date.getUTCFullYear(),
  yy: (date) => date.getUTCFullYear() % 100,
  MM: (date) => date.getUTCMonth() + 1,
  M: (date) => date.getUTCMonth() + 1,
  dd: (date) => date.getUTCDate(),
  d: (date) => date.getUTCDate(),
  HH: (date) => date.getUTCHours(),
  H: (date) => date.getUTCHours(),
  hh: (date) => date.getUTCHours() % 12 || 12,
  mm: (date) => date.getUTCMinutes(),
  ss: (date) => date.getUTCSeconds(),
  fff: (date) => date.getUTCMilliseconds(),
};

function formatted(at: Instant, format: string): string {
  const date = new Date(at.ms);
  return format.replaceAll(/yyyy|yy|MM|M|dd|d|HH|H|hh|mm|ss|fff/g, (word) =>
    String(formats[word]?.(date) ?? word).padStart(word.length, '0'),
  );
}

/** Functions of moments and lengths of time, by name. */
export const momentFunctions: Readonly<Record<string, ScalarFunction>> = {
  now: {
    least: 0,
    most: 1,
    type: 'datetime',
    run: ([later], budget) => instant(budget.nowMs + (later instanceof Span ? later.ms : 0)),
  },
  ago: {
    least: 1,
    most: 1,
    type: 'datetime',
    run: ([before], budget) => (before instanceof Span ? instant(budget.nowMs - before.ms) : null),
  },
  startofday: bound('day', false),
  startofweek: bound('week', false),
  startofmonth: bound('month', false),
  startofyear: bound('year', false),
  endofday: bound('day', true),
  endofweek: bound('week', true),
  endofmonth: bound('month', true),
  endofyear: bound('year', true),
  getyear: part((date) => date.getUTCFullYear()),
  monthofyear: part((date) => date.getUTCMonth() + 1),
  dayofmonth: part((date) => date.getUTCDate()),
  hourofday: part((date) => date.getUTCHours()),
  dayofweek: {
    least: 1,
    most: 1,
    type: 'timespan',
    run([value = null]) {
      const at = readInstant(value);
      return at && new Span(new Date(at.ms).getUTCDay() * 86_400_000);
    },
  },
  datetime_add: {
    least: 3,
    most: 3,
    type: 'datetime',
    run([unit = '', count = null, value = null], budget) {
      const [word, at, by] = [unitOf(unit, budget), readInstant(value), readNumber(count)];
      return word && at && by !== null ? added(word, by, at) : null;
    },
  },
  datetime_diff: {
    least: 3,
    most: 3,
    type: 'long',
    run([unit = '', later = null, earlier = null], budget) {
      const [word, end, start] = [unitOf(unit, budget), readInstant(later), readInstant(earlier)];
      return word && end && start ? difference(word, end, start) : null;
    },
  },
  format_datetime: {
    least: 2,
    most: 2,
    type: 'string',
    run([value = null, format = ''], budget) {
      const at = readInstant(value);
      if (!at) return '';
      const text = textOf(format, budget);
      budget.spend(text.length);
      return budget.made(formatted(at, text));
    },
  },
};
