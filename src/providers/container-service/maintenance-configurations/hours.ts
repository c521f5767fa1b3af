import type { Fields } from '../../fields.ts';

/** Days as the service writes them. */
export const weekDays = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

const lastHour = 23;

/** Throws InvalidParameter for hours of a week that are none. */
export function checkHours(body: Fields): void {
  for (const time of body.objects('timeInWeek')) {
    if (!time.choice('day', weekDays)) throw time.wrong('day', 'it is required');
    const { hourSlots } = time.value;
    const slots = Array.isArray(hourSlots) ? hourSlots : [];
    const isHour = (slot: unknown) =>
      typeof slot === 'number' && Number.isInteger(slot) && slot >= 0 && slot <= lastHour;
    if (slots.length > 0 && slots.every(isHour)) continue;
    throw time.wrong('hourSlots', `expected whole numbers from 0 to ${lastHour}`);
  }
}

/** Throws InvalidParameter for spans of time that are none. */
export function checkNotAllowedTime(body: Fields): void {
  for (const span of body.objects('notAllowedTime')) {
    const [start, end] = ['start', 'end'].map((name) => {
      const text = span.string(name);
      const time = text === undefined ? Number.NaN : Date.parse(text);
      if (Number.isNaN(time)) throw span.wrong(name, 'expected a date and time such as 2026-05-26T03:00:00Z');
      return time;
    });
    if (start !== undefined && end !== undefined && start < end) continue;
    throw span.wrong('end', 'it must be later than start');
  }
}
