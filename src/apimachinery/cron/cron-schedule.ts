import { goDuration } from '../../base/index.ts';

/** The five fields of a cron schedule, each with its range and names. */
const fields = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day of month', low: 1, high: 31, names: [] },
  {
    name: 'month',
    low: 1,
    high: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of week', low: 0, high: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const;

type CronField = (typeof fields)[number];

const every = '@every ';
const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** What is wrong with a schedule, in the words of the parser that Kubernetes uses; undefined when it is fine. */
export function scheduleProblem(schedule: string): string | undefined {
  const zone = /^(?:CRON_TZ|TZ)=([^ ]*) /.exec(schedule);
  const [, name = ''] = zone ?? [];
  if (zone && !isTimeZone(name)) return `provided bad location ${name}: unknown time zone ${name}`;
  const text = zone ? schedule.slice(zone[0].length).trim() : schedule;
  if (text.startsWith('@')) {
    if (descriptors.includes(text)) return undefined;
    if (!text.startsWith(every)) return `unrecognized descriptor: ${text}`;
    const duration = goDuration(text.slice(every.length));
    return 'problem' in duration ? `failed to parse duration ${text}: ${duration.problem}` : undefined;
  }
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length !== fields.length) {
    return `expected exactly ${fields.length} fields, found ${words.length}: [${words.join(' ')}]`;
  }
  for (const [position, field] of fields.entries()) {
    for (const part of (words[position] ?? '').split(',')) {
      const problem = part === '' ? undefined : partProblem(part, field);
      if (problem) return problem;
    }
  }
  return undefined;
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

function partProblem(part: string, field: CronField): string | undefined {
  const [range = '', step, ...more] = part.split('/');
  const [from = '', to, ...others] = range.split('-');
  let low: number | string = field.low;
  let high: number | string = field.high;
  if (from !== '*' && from !== '?') {
    low = numberOf(from, field);
    if (typeof low === 'string') return low;
    if (others.length > 0) return `too many hyphens: ${part}`;
    high = to === undefined ? low : numberOf(to, field);
    if (typeof high === 'string') return high;
  }
  if (more.length > 0) return `too many slashes: ${part}`;
  const every = step === undefined ? 1 : wholeNumber(step);
  if (typeof every === 'string') return every;
  // `5/15` means from 5 on.
  if (step !== undefined && to === undefined) high = field.high;
  if (low < field.low) return `beginning of range (${low}) below minimum (${field.low}): ${part}`;
  if (high > field.high) return `end of range (${high}) above maximum (${field.high}): ${part}`;
  if (low > high) return `beginning of range (${low}) beyond end of range (${high}): ${part}`;
  return every === 0 ? `step of range should be a positive number: ${part}` : undefined;
}

/** The number, or what is wrong with it. */
function numberOf(text: string, field: CronField): number | string {
  const names: readonly string[] = field.names;
  const position = names.indexOf(text.toLowerCase());
  if (position >= 0) return position + (field.name === 'month' ? 1 : 0);
  return wholeNumber(text);
}

function wholeNumber(text: string): number | string {
  const failed = (why: string) =>
    `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: ${why}`;
  if (!/^[+-]?\d+$/.test(text)) return failed('invalid syntax');
  const number = Number(text);
  if (Math.abs(number) >= 2 ** 63) return failed('value out of range');
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number;
}
