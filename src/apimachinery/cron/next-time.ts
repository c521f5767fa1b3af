import type { CalendarSchedule, Schedule } from './schedule.ts';

const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

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
const dayMs = 24 * hourMs;
/** Steps that skip what cannot match end here: no month is shorter, and clocks that are set leave no day out. */
const certainDays = 27;
const certainHours = 22;
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
  const end = at + searchDays * dayMs;
  while (at < end) {
    const moment = clock(at);
    const { hour, day } = moment;
    if (!schedule.months.has(moment.month) && day < certainDays) {
      at += (certainDays - day) * dayMs;
    } else if (!matchesDay(schedule, moment) && hour < certainHours) {
      at += (certainHours - hour) * hourMs - moment.minute * minuteMs;
    } else if (!matchesDay(schedule, moment) || !schedule.hours.has(hour)) {
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
