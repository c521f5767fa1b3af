import type { JsonObject } from '../../../base/index.ts';
import type { Fields } from '../../fields.ts';
import { weekDays } from './hours.ts';

/** What a configuration is for: AKS's own releases, upgrades of the cluster's version, new node images. */
export type MaintenanceKind = 'default' | 'aksManagedAutoUpgradeSchedule' | 'aksManagedNodeOSUpgradeSchedule';

const scheduleNames = ['daily', 'weekly', 'absoluteMonthly', 'relativeMonthly'] as const;
const weekIndexes = ['First', 'Second', 'Third', 'Fourth', 'Last'] as const;
const hours = { min: 4, max: 24 } as const;
const days = { min: 1, max: 7 } as const;
const weeks = { min: 1, max: 4 } as const;
const months = { min: 1, max: 6 } as const;
const daysOfMonth = { min: 1, max: 31 } as const;

/** The window with what AKS fills in. Throws InvalidParameter for what is none. */
export function checkWindow(window: Fields, kind: MaintenanceKind): JsonObject {
  checkSchedule(window, kind);
  required(window, 'durationHours', window.integer('durationHours', hours));
  const startTime = required(window, 'startTime', window.string('startTime'));
  if (!/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(startTime)) {
    throw window.wrong('startTime', 'expected a time from 00:00 to 23:59');
  }
  const utcOffset = window.string('utcOffset') || '+00:00';
  if (!/^[+-](?:0\d|1[0-4]):[0-5]\d$/.test(utcOffset)) {
    throw window.wrong('utcOffset', 'expected an offset such as +05:30 or -07:00');
  }
  if (window.has('startDate')) demandDate(window, 'startDate');
  for (const span of window.objects('notAllowedDates')) {
    if (demandDate(span, 'start') > demandDate(span, 'end')) {
      throw span.wrong('end', 'it must not be earlier than start');
    }
  }
  const kept = Object.entries(window.value).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(kept), utcOffset };
}

function checkSchedule(window: Fields, kind: MaintenanceKind): void {
  const schedule = window.object('schedule');
  const [name, ...others] = scheduleNames.filter((one) => schedule.has(one));
  if (!name || others.length > 0) {
    throw window.wrong('schedule', `expected exactly one of ${scheduleNames.join(', ')}`);
  }
  const allowed = allowedSchedules[kind];
  if (!allowed.includes(name)) {
    throw window.wrong(
      'schedule',
      `the maintenance configuration '${kind}' takes ${allowed.join(', ')} only, not ${name}`,
    );
  }
  const given = schedule.object(name);
  checks[name](given);
  if (kind === 'default' && given.value['intervalWeeks'] !== 1) {
    throw given.wrong('intervalWeeks', "it must be 1 for the maintenance configuration 'default'");
  }
}

const allowedSchedules: Readonly<Record<MaintenanceKind, readonly (typeof scheduleNames)[number][]>> = {
  default: ['weekly'],
  aksManagedAutoUpgradeSchedule: ['weekly', 'absoluteMonthly', 'relativeMonthly'],
  aksManagedNodeOSUpgradeSchedule: scheduleNames,
};

const checks: Readonly<Record<(typeof scheduleNames)[number], (given: Fields) => void>> = {
  daily(given) {
    required(given, 'intervalDays', given.integer('intervalDays', days));
  },
  weekly(given) {
    required(given, 'intervalWeeks', given.integer('intervalWeeks', weeks));
    required(given, 'dayOfWeek', given.choice('dayOfWeek', weekDays));
  },
  absoluteMonthly(given) {
    required(given, 'intervalMonths', given.integer('intervalMonths', months));
    required(given, 'dayOfMonth', given.integer('dayOfMonth', daysOfMonth));
  },
  relativeMonthly(given) {
    required(given, 'intervalMonths', given.integer('intervalMonths', months));
    required(given, 'weekIndex', given.choice('weekIndex', weekIndexes));
    required(given, 'dayOfWeek', given.choice('dayOfWeek', weekDays));
  },
};

function required<T>(fields: Fields, name: string, value: T | undefined): T {
  if (value === undefined || value === '') throw fields.wrong(name, 'it is required');
  return value;
}

/** A day that there is, as `YYYY-MM-DD`. */
function demandDate(fields: Fields, name: string): string {
  const text = fields.string(name) ?? '';
  const day = text.replace(/T00:00:00(?:\.0+)?Z$/, '');
  const time = Date.parse(`${day}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(time);
  if (isDay && new Date(time).toISOString().startsWith(day)) return day;
  throw fields.wrong(name, 'expected a date such as 2026-05-26');
}
