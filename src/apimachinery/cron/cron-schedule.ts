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

const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** What is wrong with a schedule, in the words of the parser that Kubernetes uses; undefined when it is fine. */
export function scheduleProblem(schedule: string): string | undefined {
  const text = schedule.replace(/^(CRON_TZ|TZ)=\S+\s*/, '');
  if (text.startsWith('@')) {
    const known = descriptors.includes(text) || /^@every \S+$/.test(text);
    return known ? undefined : `unrecognized descriptor: ${text}`;
  }
  const words = text.trim().split(/\s+/);
  if (words.length !== fields.length) {
    return `expected exactly ${fields.length} fields, found ${words.length}: [${words.join(' ')}]`;
  }
  for (const [position, field] of fields.entries()) {
    for (const part of (words[position] ?? '').split(',')) {
      const problem = partProblem(part, field);
      if (problem) return problem;
    }
  }
  return undefined;
}

function partProblem(part: string, field: CronField): string | undefined {
  const [range = '', step, ...more] = part.split('/');
  if (more.length > 0) return `too many slashes: ${part}`;
  if (step !== undefined && !/^\d+$/.test(step)) return failedParse(step);
  if (step !== undefined && Number(step) === 0) return `step of range should be a positive number: ${part}`;
  if (range === '*' || range === '?') return undefined;
  const [from = '', to, ...others] = range.split('-');
  if (others.length > 0) return `too many hyphens: ${part}`;
  const low = numberOf(from, field);
  if (low === undefined) return failedParse(from);
  const high = to === undefined ? low : numberOf(to, field);
  if (high === undefined) return failedParse(to ?? '');
  if (low < field.low) return `beginning of range (${low}) below minimum (${field.low}): ${part}`;
  if (high > field.high) return `end of range (${high}) above maximum (${field.high}): ${part}`;
  return low > high ? `beginning of range (${low}) beyond end of range (${high}): ${part}` : undefined;
}

function numberOf(text: string, field: CronField): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const names: readonly string[] = field.names;
  const position = names.indexOf(text.toLowerCase());
  return position < 0 ? undefined : position + (field.name === 'month' ? 1 : 0);
}

function failedParse(text: string): string {
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}
