import type { JsonObject } from '../../base/index.ts';
import type { ArmRoute, RouteAnswer, RouteCall } from '../contract.ts';
import { renderListed } from '../envelope.ts';
import { refusals } from '../errors.ts';
import { compileFilter } from '../filter.ts';
import { page } from '../paging.ts';
import { listBody } from '../presentations.ts';
import { resourceManagerVersions } from '../resource-versions.ts';
import type { Services } from '../services.ts';
import { demandVisible, readableRecords } from './visibility.ts';

const versions = {
  apiVersions: resourceManagerVersions,
  lowestApiVersion: '2014-04-01',
  options: ['$filter', '$expand', '$top', '$skiptoken'],
} as const;
const groupType = 'microsoft.resources/resourcegroups';

/** `/resources` of a subscription and of a group: tracked resources of every type, without their properties. */
export function resourceRoutes(services: Services): ArmRoute[] {
  return [
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}/resources',
      ...versions,
      handle: (call) => listAll(services, call, `/subscriptions/${call.parameters.subscriptionId}`),
    },
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/resources',
      ...versions,
      handle: (call) => {
        const { subscriptionId, resourceGroupName } = call.parameters;
        return listAll(
          services,
          call,
          `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}`,
        );
      },
    },
  ];
}

async function listAll(services: Services, call: RouteCall, scope: string): Promise<RouteAnswer> {
  const action = 'Microsoft.Resources/subscriptions/resources/read';
  await demandVisible(services, call, { action, scope });
  const { resourceGroupName } = call.parameters;
  if (resourceGroupName !== undefined && !services.records.cache.get(scope)) {
    throw refusals.groupNotFound(resourceGroupName);
  }
  const matches = compileFilter(call.query.get('$filter'));
  const listed = listedTypes(services);
  const records = services.records.cache
    .sorted(scope)
    .filter((record) => listed(record.type) && matches(record));
  const readable = await readableRecords(services, call, { scope, records });
  const expand = readExpand(call.query.get('$expand'));
  const { items, nextLink } = page(readable, call);
  if (expand.size > 0) {
    const value: JsonObject[] = items.map((record) => renderListed(record, expand));
    return { status: 200, body: nextLink === undefined ? { value } : { value, nextLink } };
  }
  const texts = items.map((record) => services.presentations.listed(record));
  return { status: 200, bytes: listBody(texts, nextLink) };
}

const expandable: ReadonlySet<string> = new Set(['createdtime', 'changedtime', 'provisioningstate']);

function readExpand(value: string | null): ReadonlySet<string> {
  const words = (value ?? '')
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');
  const unknown = words.find((word) => !expandable.has(word));
  if (unknown === undefined) return new Set(words);
  throw refusals.invalidParameter(
    '$expand',
    `'${unknown}' is not one of createdTime, changedTime, provisioningState`,
  );
}

/** True for types whose records are listed; each is looked up once for a request. */
function listedTypes({ registry }: Services): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    let listed = known.get(name);
    if (listed === undefined) {
      const type = registry.ofRecord({ type: name });
      listed = type?.scope === 'tracked' && type.unlisted !== true && name.toLowerCase() !== groupType;
      known.set(name, listed);
    }
    return listed;
  };
}
