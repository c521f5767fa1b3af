import { isObject, type JsonObject } from '../../../../base/index.ts';
import { resourceGroup } from '../../declare/flags.ts';
import type { Noun } from '../../declare/verbs.ts';

/** A resource group. Its `properties` stay nested, and every known member is printed. */
export const group: Noun = {
  path: '/subscriptions/{subscription}/resourcegroups/{name}',
  apiVersion: '2024-11-01',
  names: { name: resourceGroup({ names: '--name -n --resource-group -g' }) },
  present: presentGroup,
};

/** What is printed of a resource group. */
export function presentGroup(body: JsonObject): JsonObject {
  const properties = isObject(body['properties']) ? body['properties'] : {};
  return {
    id: body['id'] ?? null,
    location: body['location'] ?? null,
    managedBy: body['managedBy'] ?? null,
    name: body['name'] ?? null,
    properties: { provisioningState: properties['provisioningState'] ?? null },
    tags: body['tags'] ?? null,
    type: body['type'] ?? null,
  };
}
