import type { Fields } from '../../fields.ts';

export const gateKinds = ['Approval', 'ScheduledStart'] as const;
export type GateKind = (typeof gateKinds)[number];

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** A day of the week and a time of day at an offset from UTC. */
export interface Schedule {
  readonly startDay: (typeof days)[number];
  /** `HH:MM`. */
  readonly startTime: string;
  /** `+HH:MM` or `-HH:MM`, at most 14 hours. */
  readonly utcOffset: string;
}

/** Source: https://learn.microsoft.com/azure/kubernetes-fleet/update-strategies-gates-scheduled-start */
export function readSchedule(configuration: Fields): Schedule {
  const startDay = configuration.choice('startDay', days);
  const startTime = configuration.string('startTime') ?? '';
  const utcOffset = configuration.string('utcOffset') ?? '';
  if (!startDay) throw configuration.wrong('startDay', `one of ${days.join(', ')} is required`);
  if (!/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(startTime)) {
    throw configuration.wrong('startTime', 'a time of day such as 02:00 or 14:30 is required');
  }
  if (!/^[+-](?:0\d|1[0-3]):[0-5]\d$|^[+-]14:00$/.test(utcOffset)) {
    throw configuration.wrong('utcOffset', 'an offset from -14:00 to +14:00 is required');
  }
  return { startDay, startTime, utcOffset };
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** The first moment at or after `nowMs` that the schedule names, in milliseconds since the Unix epoch. */
export function nextStartMs(schedule: Schedule, nowMs: number): number {
  const offsetMs = signedMinutes(schedule.utcOffset) * minuteMs;
  // The same moment as a clock at that offset shows it, read as if it were UTC.
  const shown = new Date(nowMs + offsetMs);
  const midnightMs = Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate());
  const daysAhead = (days.indexOf(schedule.startDay) - shown.getUTCDay() + 7) % 7;
  const startMs =
    midnightMs + daysAhead * dayMs + signedMinutes(`+${schedule.startTime}`) * minuteMs - offsetMs;
  return startMs < nowMs ? startMs + 7 * dayMs : startMs;
}

function signedMinutes(text: string): number {
  const [hours = 0, minutes = 0] = text.slice(1).split(':').map(Number);
  return (hours * 60 + minutes) * (text.startsWith('-') ? -1 : 1);
}
