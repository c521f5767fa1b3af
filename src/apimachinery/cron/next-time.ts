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

const shorthands: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const every = '@every ';
const leastEveryMs = 1_000;

/** Parses the five fields of a cron expression, a word for them or `@every 5m`; undefined when it is none. */
export function parseSchedule(text: string): Schedule | undefined {
  if (text.startsWith(every)) {
    const duration = goDuration(text.slice(every.length));
    if ('problem' in duration) return undefined;
    const wholeSecondsMs = Math.floor(duration.nanoseconds / 1e9) * 1_000;
    return { everyMs: Math.max(leastEveryMs, wholeSecondsMs) };
  }
  const fields = (shorthands[text.trim()] ?? text).trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const minutes = parseField(minute, { from: 0, to: 59 });
  const hours = parseField(hour, { from: 0, to: 23 });
  const days = parseField(day, { from: 1, to: 31 });
  const months = parseField(month, { from: 1, to: 12, names: monthNames });
  const weekdays = parseField(weekday, { from: 0, to: 7, names: weekdayNames });
  if (fields.length !== 5 || !minutes || !hours || !days || !months || !weekdays) return undefined;
  if (weekdays.has(7)) weekdays.add(0);
  const isAny = (field: string) => field.startsWith('*') || field.startsWith('?');
  return { minutes, hours, days, months, weekdays, eitherDay: !isAny(day) && !isAny(weekday) };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

function parseField(field: string, range: Range): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(',').filter((each) => each !== '')) {
    const [span = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    const bounds = parseSpan(span, { range, openEnd: stepText !== undefined });
    if (!bounds || !(step >= 1)) return undefined;
    for (let value = bounds[0]; value <= bounds[1]; value += step) values.add(value);
  }
  return values;
}

function parseSpan(
  span: string,
  { range, openEnd }: { readonly range: Range; readonly openEnd: boolean },
): readonly [number, number] | undefined {
  // What follows a star says nothing, as in the parser of Kubernetes.
  if (/^[*?](-|$)/.test(span)) return [range.from, range.to === 7 ? 6 : range.to];
  const [first = '', last] = span.split('-');
  const from = parseValue(first, range);
  const to = last === undefined ? (openEnd ? range.to : from) : parseValue(last, range);
  const isInside =
    from !== undefined && to !== undefined && range.from <= from && from <= to && to <= range.to;
  return isInside ? [from, to] : undefined;
}

function parseValue(text: string, { from, names }: Range): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const at = names?.indexOf(text.toLowerCase()) ?? -1;
  return at < 0 ? undefined : at + from;
}

interface Moment {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
}

/** Reads a time on the wall clock of a zone (IANA name; default UTC). Throws RangeError for an unknown zone. */
export function wallClock(timeZone: string | undefined): (epochMs: number) => Moment {
  if (timeZone === undefined || timeZone === 'UTC' || timeZone === 'Etc/UTC') {
    return (epochMs) => {
      const at = new Date(epochMs);
      return {
        minute: at.getUTCMinutes(),
        hour: at.getUTCHours(),
        day: at.getUTCDate(),
        month: at.getUTCMonth() + 1,
        weekday: at.getUTCDay(),
      };
    };
  }
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    minute: 'numeric',
    hour: 'numeric',
    day: 'numeric',
    month: 'numeric',
    weekday: 'short',
  });
  return (epochMs) => {
    const parts = Object.fromEntries(format.formatToParts(epochMs).map(({ type, value }) => [type, value]));
    return {
      minute: Number(parts['minute']),
      hour: Number(parts['hour']),
      day: Number(parts['day']),
      month: Number(parts['month']),
      weekday: weekdayNames.indexOf((parts['weekday'] ?? '').toLowerCase()),
    };
  };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A schedule that has no time within these days (30 February) never has one. */
const searchDays = 5 * 366;

/** The first time of the schedule after `epochMs`; undefined when there is none. */
export function nextTime(
  schedule: Schedule,
  epochMs: number,
  clock: (epochMs: number) => Moment,
): number | undefined {
  if ('everyMs' in schedule) return Math.floor(epochMs / 1_000) * 1_000 + schedule.everyMs;
  let at = Math.floor(epochMs / minuteMs) * minuteMs + minuteMs;
  const end = at + searchDays * 24 * hourMs;
  while (at < end) {
    const moment = clock(at);
    if (!matchesDay(schedule, moment) || !schedule.hours.has(moment.hour)) {
      // Zones are offset by whole quarters of an hour: the next full hour on the wall is at most an hour away.
      at += (60 - moment.minute) * minuteMs;
    } else if (schedule.minutes.has(moment.minute)) {
      return at;
    } else {
      at += minuteMs;
    }
  }
  return undefined;
}

function matchesDay(schedule: CalendarSchedule, { day, month, weekday }: Moment): boolean {
  if (!schedule.months.has(month)) return false;
  const [byDay, byWeekday] = [schedule.days.has(day), schedule.weekdays.has(weekday)];
  return schedule.eitherDay ? byDay || byWeekday : byDay && byWeekday;
}
