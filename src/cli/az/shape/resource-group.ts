import { isObject } from '../../../base/index.ts';

/** Adds `resourceGroup` to every object whose `id` names a resource inside a group; the casing is the id's. */
export function addResourceGroups(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(addResourceGroups);
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [key, addResourceGroups(member)] as const);
  const result: Record<string, unknown> = Object.fromEntries(members);
  const group = typeof value['id'] === 'string' ? groupOfId(value['id']) : undefined;
  if (group !== undefined && !Object.hasOwn(result, 'resourceGroup')) result['resourceGroup'] = group;
  return result;
}

/** The group in a resource's id, or undefined; a resource group's own id has none. */
function groupOfId(id: string): string | undefined {
  const parts = id.split('/');
  if (parts[3]?.toLowerCase() !== 'resourcegroups' || !parts[8]) return undefined;
  return parts[4];
}
