import { type JsonObject, namedUuid } from '../../base/index.ts';
import type { Caller } from '../contract.ts';
import { groupNameOf, parseId } from '../ids.ts';

/** What came of a request, or of the operation that it began. */
export type Outcome = 'Accepted' | 'Succeeded' | 'Failed' | 'Canceled';

/** One request that changed something, or was to; or the end of an operation (`ofOperation`). Never its body. */
export interface Activity {
  readonly id: string;
  readonly atMs: number;
  readonly endedAtMs: number;
  readonly outcome: Outcome;
  readonly subscriptionId: string;
  readonly resourceId: string;
  /** The permission that it took. */
  readonly action: string;
  readonly caller: Caller;
  readonly correlationId: string;
  readonly method: string;
  readonly uri: string;
  readonly address: string;
  readonly clientRequestId?: string;
  /** Of the answer. */
  readonly httpStatus?: number;
  readonly error?: { readonly code: string; readonly message: string };
  /** The operation that it began. */
  readonly operationId?: string;
  /** This is the end of that operation, and no request. */
  readonly isEnd?: boolean;
}

/** The event that tells of the end of an operation: one and the same, whoever noticed it. */
export function endOf(
  begun: Activity,
  end: {
    readonly outcome: Outcome;
    readonly endedAtMs: number;
    readonly error?: { readonly code: string; readonly message: string };
  },
): Activity {
  const { httpStatus: _answered, ...about } = begun;
  return { ...about, ...end, id: namedUuid('activity', begun.operationId ?? begun.id), isEnd: true };
}

/** The events of an entry as the activity log shows them, the later one first. */
export function eventsOf(activity: Activity, tenantId: string): JsonObject[] {
  const { outcome, endedAtMs, atMs, id, isEnd } = activity;
  const last = event(activity, { id, status: outcome, atMs: endedAtMs, tenantId });
  if (isEnd) return [last];
  return [last, event(activity, { id: namedUuid('begun', id), status: 'Started', atMs, tenantId })];
}

function pair(value: string, localizedValue = value): JsonObject {
  return { value, localizedValue };
}

/** .NET counts time from the year 1 in tenths of a microsecond. */
const ticksBefore1970 = 621_355_968_000_000_000n;

function event(
  activity: Activity,
  shown: {
    readonly id: string;
    readonly status: Outcome | 'Started';
    readonly atMs: number;
    readonly tenantId: string;
  },
): JsonObject {
  const { resourceId, action, caller, correlationId, subscriptionId, httpStatus, error } = activity;
  const time = `${new Date(shown.atMs).toISOString().slice(0, -1)}0000Z`;
  const begins = shown.status === 'Started';
  const path = parseId(resourceId);
  const namespace = path?.namespace ?? action.split('/')[0] ?? '';
  const type = path ? `${namespace}/${path.types.join('/')}` : '';
  const properties: JsonObject = {
    eventCategory: 'Administrative',
    entity: resourceId,
    message: action,
    hierarchy: `${shown.tenantId}/${subscriptionId}`,
  };
  if (!begins && httpStatus !== undefined) properties.statusCode = String(httpStatus);
  if (!begins && error) properties.statusMessage = JSON.stringify({ error });
  return {
    authorization: { action, scope: resourceId },
    caller: caller.name,
    channels: 'Operation',
    claims: claimsOf(caller, activity.address),
    correlationId,
    description: '',
    eventDataId: shown.id,
    eventName: begins ? pair('BeginRequest', 'Begin request') : pair('EndRequest', 'End request'),
    category: pair('Administrative'),
    eventTimestamp: time,
    id: `${resourceId}/events/${shown.id}/ticks/${ticksBefore1970 + BigInt(Math.trunc(shown.atMs)) * 10_000n}`,
    level: shown.status === 'Failed' ? 'Error' : 'Informational',
    httpRequest: {
      ...(activity.clientRequestId !== undefined && { clientRequestId: activity.clientRequestId }),
      clientIpAddress: activity.address,
      method: activity.method,
      uri: activity.uri,
    },
    operationId: activity.operationId ?? activity.id,
    operationName: pair(action),
    properties,
    resourceGroupName: groupNameOf(resourceId) ?? '',
    resourceId,
    resourceProviderName: pair(namespace),
    resourceType: pair(type),
    status: pair(shown.status),
    subStatus:
      begins || httpStatus === undefined ? pair('') : pair(subStatuses[httpStatus] ?? String(httpStatus)),
    submissionTimestamp: time,
    subscriptionId,
    tenantId: shown.tenantId,
  };
}

const subStatuses: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'NoContent',
  400: 'BadRequest',
  404: 'NotFound',
  409: 'Conflict',
  412: 'PreconditionFailed',
};

/** Of the token what says who it was. */
function claimsOf({ objectId, name, type, tenantId }: Caller, address: string): JsonObject {
  const who = type === 'User' ? 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn' : 'appid';
  return {
    ipaddr: address,
    'http://schemas.microsoft.com/identity/claims/objectidentifier': objectId,
    'http://schemas.microsoft.com/identity/claims/tenantid': tenantId,
    [who]: name,
  };
}
