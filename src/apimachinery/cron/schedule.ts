import { goDuration } from '../../base/index.ts';

/** When something is due: at times of the calendar, or again and again after the same time. */
export type Schedule = CalendarSchedule | { readonly everyMs: number };

/** A parsed cron expression: the values that each field allows. */
export interface CalendarSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Day and weekday both restricted: either may match. */
  readonly eitherDay: boolean;
}

interface CronField {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const minute: CronField = { name: 'minute', low: 0, high: 59, names: [] };
const hour: CronField = { name: 'hour', low: 0, high: 23, names: [] };
const dayOfMonth: CronField = { name: 'day of month', low: 1, high: 31, names: [] };
const month: CronField = { name: 'month', low: 1, high: 12, names: monthNames };
const dayOfWeek: CronField = { name: 'day of week', low: 0, high: 6, names: weekdayNames };
const fieldCount = 5;

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const every = '@every ';
const leastEveryMs = 1_000;

/** What is wrong with a schedule, in the words of the parser that Kubernetes uses. */
export interface ScheduleProblem {
  readonly problem: string;
}

/** Parses the five fields of a cron expression, a word for them or `@every 5m`. */
export function parseSchedule(schedule: string): Schedule | ScheduleProblem {
  const zone = /^(?:CRON_TZ|TZ)=([^ ]*) /.exec(schedule);
  if (!zone) return parseTimes(schedule);
  const [prefix, name = ''] = zone;
  if (!isTimeZone(name)) return { problem: `provided bad location ${name}: unknown time zone ${name}` };
  // Nothing is stored with a zone of its own: `spec.timeZone` is the place for it.
  return parseTimes(schedule.slice(prefix.length).trim());
}

function parseTimes(text: string): Schedule | ScheduleProblem {
  if (text.startsWith(every)) return parseEvery(text);
  if (text.startsWith('@') && !Object.hasOwn(descriptors, text)) {
    return { problem: `unrecognized descriptor: ${text}` };
  }
  const times = Object.hasOwn(descriptors, text) ? (descriptors[text] ?? '') : text;
  const words = times.split(/\s+/).filter((word) => word !== '');
  if (words.length !== fieldCount) {
    return { problem: `expected exactly ${fieldCount} fields, found ${words.length}: [${words.join(' ')}]` };
  }
  try {
    return parseFields(words);
  } catch (thrown) {
    if (thrown instanceof FieldProblem) return { problem: thrown.message };
    throw thrown;
  }
}

function parseEvery(text: string): Schedule | ScheduleProblem {
  const duration = goDuration(text.slice(every.length));
  if ('problem' in duration) return { problem: `failed to parse duration ${text}: ${duration.problem}` };
  return { everyMs: Math.max(leastEveryMs, Math.floor(duration.nanoseconds / 1e9) * 1_000) };
}

/** Ends the reading of a field with what is wrong with it. */
class FieldProblem extends Error {}

function parseFields(words: readonly string[]): CalendarSchedule {
  const [minutes = '', hours = '', days = '', months = '', weekdays = ''] = words;
  const isAny = (field: string) => field.startsWith('*') || field.startsWith('?');
  return {
    minutes: parseField(minutes, minute),
    hours: parseField(hours, hour),
    days: parseField(days, dayOfMonth),
    months: parseField(months, month),
    weekdays: parseField(weekdays, dayOfWeek),
    eitherDay: !isAny(days) && !isAny(weekdays),
  };
}

function parseField(text: string, field: CronField): Set<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    if (part === '') continue;
    const { low, high, step } = parsePart(part, field);
    for (let value = low; value <= high; value += step) values.add(value);
  }
  return values;
}

function parsePart(part: string, field: CronField): { low: number; high: number; step: number } {
  const [range = '', stepText, ...more] = part.split('/');
  const [from = '', to, ...others] = range.split('-');
  let { low, high } = field;
  // What follows a star says nothing.
  if (from !== '*' && from !== '?') {
    low = numberOf(from, field);
    if (others.length > 0) throw new FieldProblem(`too many hyphens: ${part}`);
    high = to === undefined ? low : numberOf(to, field);
  }
  if (more.length > 0) throw new FieldProblem(`too many slashes: ${part}`);
  const step = stepText === undefined ? 1 : wholeNumber(stepText);
  // `5/15` means from 5 on.
  if (stepText !== undefined && to === undefined) high = field.high;
  if (low < field.low) {
    throw new FieldProblem(`beginning of range (${low}) below minimum (${field.low}): ${part}`);
  }
  if (high > field.high)
    throw new FieldProblem(`end of range (${high}) above maximum (${field.high}): ${part}`);
  if (low > high)
    throw new FieldProblem(`beginning of range (${low}) beyond end of range (${high}): ${part}`);
  if (step === 0) throw new FieldProblem(`step of range should be a positive number: ${part}`);
  return { low, high, step };
}

function numberOf(text: string, field: CronField): number {
  const position = field.names.indexOf(text.toLowerCase());
  return position >= 0 ? position + field.low : wholeNumber(text);
}

function wholeNumber(text: string): number {
  const failed = (why: string) =>
    new FieldProblem(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: ${why}`,
    );
  if (!/^[+-]?\d+$/.test(text)) throw failed('invalid syntax');
  const number = Number(text);
  if (Math.abs(number) >= 2 ** 63) throw failed('value out of range');
  if (number < 0) throw new FieldProblem(`negative number (${number}) not allowed: ${text}`);
  return number;
}

/** True for a name of the time zone database, as it is spelled there. */
export function isTimeZone(name: string): boolean {
  if (name === '' || name === 'UTC') return true;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    const sameZone = timeZone.toLowerCase() === name.toLowerCase();
    return /^[A-Z]/.test(name) && (!sameZone || timeZone === name);
  } catch {
    return false;
  }
}
