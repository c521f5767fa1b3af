import { isObject, type JsonObject } from '../../base/index.ts';
import type { ArmRoute, ResourceRecord, RouteAnswer, RouteCall } from '../contract.ts';
import { ArmError, refusals } from '../errors.ts';
import { groupNameOf } from '../ids.ts';
import type { Services } from '../services.ts';
import { readTags, type Tags } from '../tags.ts';
import { touchedBy } from '../values.ts';
import { callerOf } from './visibility.ts';

const path = '{scope}/providers/Microsoft.Resources/tags/default';
const versions = {
  apiVersions: ['2025-04-01', '2024-11-01', '2022-09-01', '2021-04-01', '2020-06-01', '2019-10-01'],
  lowestApiVersion: '2019-10-01',
} as const;

/**
 * Tags of a subscription, group or resource as a resource of their own: whoever may write tags need not be allowed to
 * write the resource.
 * Source: https://learn.microsoft.com/rest/api/resources/tags
 */
export function tagRoutes(services: Services): ArmRoute[] {
  const change = (edit: (before: Tags, body: JsonObject) => Tags) => (call: RouteCall) =>
    writeTags(services, call, edit);
  const route = (method: ArmRoute['method'], verb: string, handle: ArmRoute['handle']): ArmRoute => ({
    method,
    path,
    ...versions,
    permission: `Microsoft.Resources/tags/${verb}`,
    handle,
  });
  return [
    route('GET', 'read', (call) => ({ status: 200, body: render(find(services, call)) })),
    route(
      'PUT',
      'write',
      change((_before, body) => sentTags(body)),
    ),
    route('PATCH', 'write', change(patchTags)),
    route('DELETE', 'delete', async (call) => {
      await writeTags(services, call, () => ({}));
      return { status: 200 };
    }),
  ];
}

function find({ records }: Services, call: RouteCall): ResourceRecord {
  const scope = call.parameters.scope ?? '';
  const record = records.cache.get(scope)?.record;
  if (record) return record;
  const group = groupNameOf(scope);
  if (group !== undefined && !scope.includes('/providers/')) throw refusals.groupNotFound(group);
  throw new ArmError(404, 'ResourceNotFound', `The resource '${scope}' could not be found.`);
}

async function writeTags(
  services: Services,
  call: RouteCall,
  edit: (before: Tags, body: JsonObject) => Tags,
): Promise<RouteAnswer> {
  const record = find(services, call);
  const caller = callerOf(call);
  const updated = await services.records.update(record.id, (current) => ({
    ...current,
    tags: readTags({ ...edit(current.tags ?? {}, call.body) }) ?? {},
    systemData: touchedBy(caller, services.clock.now(), current.systemData),
  }));
  return { status: 200, body: render(updated ?? record) };
}

function sentTags(body: JsonObject): Tags {
  const properties = isObject(body.properties) ? body.properties : {};
  return readTags(properties.tags) ?? {};
}

function patchTags(before: Tags, body: JsonObject): Tags {
  const sent = sentTags(body);
  const named = new Set(Object.keys(sent).map((name) => name.toLowerCase()));
  const others = Object.entries(before).filter(([name]) => !named.has(name.toLowerCase()));
  switch (String(body.operation).toLowerCase()) {
    case 'replace':
      return sent;
    case 'merge':
      return { ...Object.fromEntries(others), ...sent };
    case 'delete': {
      // A tag goes only when its value is the one that was sent.
      const kept = Object.entries(before).filter(
        ([name, value]) =>
          !Object.entries(sent).some(([n, v]) => n.toLowerCase() === name.toLowerCase() && v === value),
      );
      return Object.fromEntries(kept);
    }
    default:
      throw refusals.invalidContent("The member 'operation' must be Merge, Replace or Delete.");
  }
}

function render(record: ResourceRecord): JsonObject {
  return {
    id: `${record.id}/providers/Microsoft.Resources/tags/default`,
    name: 'default',
    type: 'Microsoft.Resources/tags',
    properties: { tags: { ...record.tags } },
  };
}
