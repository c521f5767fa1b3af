import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { integer, list, resourceGroupFilter, text } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';

const apiVersion = '2015-04-01';
const defaults = { events: 50, offset: '6h' } as const;

/** `az monitor activity-log list`. */
export const command = defineCommand({
  words: 'monitor activity-log list',
  summary: 'List and query activity log events.',
  flags: {
    correlationId: text('--correlation-id', 'Correlation ID to query.'),
    resourceGroup: resourceGroupFilter(),
    resourceId: text('--resource-id', 'ARM ID of a resource.'),
    namespace: text('--namespace', 'Resource provider namespace.'),
    caller: text('--caller', 'Caller to query for, such as an e-mail address or service principal ID.'),
    status: text('--status', 'Status to query for, such as Failed.'),
    startTime: text('--start-time', 'Start time of the query. UTC where no zone is given.'),
    endTime: text('--end-time', 'End time of the query. Defaults to the current time.'),
    offset: text('--offset', 'Time offset of the query range, in ##d##h format. Default: 6h.'),
    maxEvents: integer('--max-events', 'Maximum number of records to return. Default: 50.'),
    select: list('--select', 'Space-separated list of properties to return.'),
  },
  reads: true,
  examples: [
    {
      text: 'List what was done in a group in the last hour.',
      command: 'az monitor activity-log list -g MyGroup --offset 1h',
    },
    {
      text: 'List what failed in the last week.',
      command: 'az monitor activity-log list --status Failed --offset 7d',
    },
  ],
  async run({ flags, session, context }) {
    const { fromMs, toMs } = timesOf(flags, context.clock.now());
    const conditions = [
      `eventTimestamp ge ${new Date(fromMs).toISOString()}`,
      `eventTimestamp le ${new Date(toMs).toISOString()}`,
    ];
    const narrowing = [
      ['correlationId', flags.correlationId],
      ['resourceGroupName', flags.resourceGroup],
      ['resourceId', flags.resourceId],
      ['resourceProvider', flags.namespace],
    ].find(([, value]) => value !== undefined);
    for (const [name, value] of [narrowing, ['caller', flags.caller], ['status', flags.status]].flatMap(
      (one) => (one ? [one] : []),
    )) {
      if (value !== undefined) conditions.push(`${name} eq '${value.replaceAll("'", "''")}'`);
    }
    const most = flags.maxEvents ?? defaults.events;
    const found: JsonObject[] = await session.arm.list(
      `/subscriptions/${session.subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`,
      apiVersion,
      { $filter: conditions.join(' and '), $select: flags.select?.join(' , ') },
    );
    return found.slice(0, most);
  },
});

interface TimeFlags {
  readonly startTime: string | undefined;
  readonly endTime: string | undefined;
  readonly offset: string | undefined;
}

/** From when to when; the offset counts from the end that is given, or back from now. */
function timesOf({ startTime, endTime, offset }: TimeFlags, nowMs: number) {
  const lengthMs = offsetMs(offset ?? defaults.offset);
  const start = startTime === undefined ? undefined : momentMs(startTime, '--start-time');
  const end = endTime === undefined ? undefined : momentMs(endTime, '--end-time');
  if (start !== undefined) return { fromMs: start, toMs: end ?? start + lengthMs };
  return { fromMs: (end ?? nowMs) - lengthMs, toMs: end ?? nowMs };
}

function momentMs(value: string, flag: string): number {
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(value) && value.length > 10;
  const iso = value.trim().replace(' ', 'T');
  const ms = Date.parse(hasZone || iso.length <= 10 ? iso : `${iso}Z`);
  if (Number.isNaN(ms)) throw new AzError(`argument ${flag}: unable to parse date '${value}'.`);
  return ms;
}

function offsetMs(value: string): number {
  const found = /^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?$/i.exec(value.trim());
  if (!found || value.trim() === '')
    throw new AzError(`argument --offset: '${value}' is not in ##d##h format.`);
  const [, days = '0', hours = '0', minutes = '0'] = found;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000;
}
