import { refusals } from '../errors.ts';
import { sameId } from '../ids.ts';
import type { Activity } from './entry.ts';

const limits = { characters: 4_096, conditions: 16 } as const;

/** What `$filter` of the activity log asks for. */
export interface ActivityFilter {
  readonly fromMs: number;
  readonly toMs: number;
  /** By name in lower case. */
  readonly equals: ReadonlyMap<string, string>;
}

/** Names that may be compared, with what an event says there. `status` is looked at in each event. */
const compared: Readonly<Record<string, (activity: Activity, value: string) => boolean>> = {
  resourcegroupname: ({ resourceId }, value) =>
    sameId(/^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)/i.exec(resourceId)?.[1] ?? '', value),
  resourceuri: ({ resourceId }, value) => sameId(resourceId, value),
  resourceid: ({ resourceId }, value) => sameId(resourceId, value),
  resourceprovider: ({ action }, value) => sameId(action.split('/')[0] ?? '', value),
  correlationid: ({ correlationId }, value) => sameId(correlationId, value),
  caller: ({ caller }, value) => sameId(caller.name, value) || sameId(caller.objectId, value),
  status: () => true,
  eventchannels: () => true,
};

const condition = /\s*([A-Za-z]+)\s+(ge|le|eq)\s+('(?:[^']|'')*'|[^\s']+)\s*(and\b|$)/iy;

/**
 * Reads it: a time that events are not before, and at most comparisons joined by `and` after that, as Azure does. Throws ArmError.
 * Source: https://learn.microsoft.com/rest/api/monitor/activity-logs/list
 */
export function readActivityFilter(filter: string | null, nowMs: number): ActivityFilter {
  const text = filter ?? '';
  const invalid = (why: string) =>
    refusals.invalidFilter(`The $filter of the activity log is invalid: ${why}.`);
  if (text.length > limits.characters) throw invalid(`it has more than ${limits.characters} characters`);
  let [fromMs, toMs]: [number | undefined, number] = [undefined, nowMs];
  const equals = new Map<string, string>();
  let goesOn = text.trim() !== '';
  condition.lastIndex = 0;
  while (goesOn) {
    const found = condition.exec(text);
    if (!found || equals.size > limits.conditions)
      throw invalid('only comparisons joined by "and" are understood');
    const [, name = '', operator = '', said = '', joint = ''] = found;
    const value = said.startsWith("'") ? said.slice(1, -1).replaceAll("''", "'") : said;
    if (name.toLowerCase() === 'eventtimestamp') {
      const ms = momentOf(value);
      if (ms === undefined || operator.toLowerCase() === 'eq')
        throw invalid(`'${value.slice(0, 64)}' is no time`);
      if (operator.toLowerCase() === 'ge') fromMs = ms;
      else toMs = ms;
    } else {
      const isKnown = Object.hasOwn(compared, name.toLowerCase()) && operator.toLowerCase() === 'eq';
      if (!isKnown) throw invalid(`'${name} ${operator}' is not understood`);
      equals.set(name.toLowerCase(), value);
    }
    goesOn = joint !== '';
  }
  if (fromMs === undefined) throw invalid("it must say 'eventTimestamp ge' a time");
  return { fromMs, toMs, equals };
}

/** Times without a zone are UTC, as az sends them. */
function momentOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || text.length > 40) return undefined;
  const hasZone = text.length === 10 || /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text);
  const ms = Date.parse(hasZone ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Whether an entry is asked for. */
export function isAskedFor(activity: Activity, { equals }: ActivityFilter): boolean {
  for (const [name, value] of equals) if (!compared[name]?.(activity, value)) return false;
  return true;
}
