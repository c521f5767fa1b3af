import { isObject, type JsonObject } from '../../base/index.ts';
import { demand } from '../access/demand.ts';
import { eventsOf } from '../activity/entry.ts';
import { type ActivityFilter, isAskedFor, readActivityFilter } from '../activity/filter.ts';
import { activityLimits } from '../activity/log.ts';
import type { ArmRoute, RouteAnswer, RouteCall } from '../contract.ts';
import { refusals } from '../errors.ts';
import { isWithin } from '../ids.ts';
import type { Services } from '../services.ts';
import { callerOf } from './visibility.ts';

const versions = { apiVersions: ['2015-04-01', '2014-04-01'], lowestApiVersion: '2014-04-01' } as const;

/**
 * What was done in a subscription, newest first.
 * Source: https://learn.microsoft.com/rest/api/monitor/activity-logs/list
 */
export function activityLogRoutes(services: Services): ArmRoute[] {
  return [
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values',
      options: ['$filter', '$select', '$skiptoken'],
      ...versions,
      handle: (call) => answer(services, call),
    },
    {
      method: 'GET',
      path: '/providers/Microsoft.Insights/eventcategories',
      ...versions,
      handle: () => ({
        status: 200,
        body: { value: [{ value: 'Administrative', localizedValue: 'Administrative' }] },
      }),
    },
  ];
}

async function answer(services: Services, call: RouteCall): Promise<RouteAnswer> {
  const { subscriptionId = '' } = call.parameters;
  const filter = readActivityFilter(call.query.get('$filter'), services.clock.now());
  const scope = scopeOf(subscriptionId, filter);
  await demand(services.access, callerOf(call), {
    action: 'Microsoft.Insights/eventtypes/values/read',
    scope,
  });
  const found = await services.activity.read(subscriptionId, filter);
  const status = filter.equals.get('status')?.toLowerCase();
  const events = found
    .filter((one) => isWithin(one.resourceId, scope) && isAskedFor(one, filter))
    .sort((a, b) => b.endedAtMs - a.endedAtMs)
    .flatMap((one) => eventsOf(one, services.tenantId))
    .filter((event) => status === undefined || statusOf(event) === status);
  const start = readStart(call.query.get('$skiptoken'));
  const end = start + activityLimits.perPage;
  const value = events.slice(start, end).map(selecting(call.query.get('$select')));
  return { status: 200, body: end < events.length ? { value, nextLink: linkTo(call.url, end) } : { value } };
}

/** Where the right is asked for: at what the filter narrows the log to. */
function scopeOf(subscriptionId: string, { equals }: ActivityFilter): string {
  const subscription = `/subscriptions/${subscriptionId}`;
  const resource = equals.get('resourceuri') ?? equals.get('resourceid');
  if (resource !== undefined && isWithin(resource, subscription)) return resource;
  const group = equals.get('resourcegroupname');
  return group === undefined || group.includes('/')
    ? subscription
    : `${subscription}/resourceGroups/${group}`;
}

function statusOf(event: JsonObject): string {
  return isObject(event.status) ? String(event.status.value).toLowerCase() : '';
}

function selecting(select: string | null): (event: JsonObject) => JsonObject {
  const names = (select ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  if (names.length === 0) return (event) => event;
  const wanted = new Set(names);
  return (event) =>
    Object.fromEntries(Object.entries(event).filter(([name]) => wanted.has(name.toLowerCase())));
}

function readStart(token: string | null): number {
  if (token === null) return 0;
  if (/^\d{1,9}$/.test(token)) return Number(token);
  throw refusals.invalidFilter('The $skiptoken is invalid; use nextLink as it was answered.');
}

function linkTo(url: string, start: number): string {
  const [path = '', rawQuery = ''] = url.split('?', 2);
  const kept = rawQuery.split('&').filter((part) => part !== '' && !/^(\$|%24)skiptoken=/i.test(part));
  return `${path}?${[...kept, `$skiptoken=${start}`].join('&')}`;
}
