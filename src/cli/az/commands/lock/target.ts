import { isObject, type JsonObject } from '../../../../base/index.ts';
import type { Values } from '../../declaration.ts';
import { required, resourceGroupFilter, text } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import type { Session } from '../../session.ts';

export const locksApiVersion = '2016-09-01';

/** Flags that say what is locked. */
export const lockTarget = {
  resourceGroup: resourceGroupFilter(),
  resource: text('--resource --resource-name', 'Name or ID of the resource.'),
  resourceType: text('--resource-type', "The resource's type, with or without its namespace."),
  namespace: text('--namespace', "Namespace of the resource's provider."),
  parent: text('--parent', 'Parent path of the resource.'),
} as const;

export const lockName = required('--name -n', 'Name of the lock.');

/** Path of the locks at what the flags name: a resource, a group or the subscription. */
export function locksPath(session: Session, flags: Values<typeof lockTarget>): string {
  return `${scopeOf(session, flags)}/providers/Microsoft.Authorization/locks`;
}

function scopeOf(session: Session, flags: Values<typeof lockTarget>): string {
  const { resource, resourceGroup, resourceType, namespace, parent } = flags;
  const subscription = `/subscriptions/${session.subscriptionId}`;
  if (resource?.startsWith('/')) return resource;
  const group =
    resourceGroup === undefined ? subscription : `${subscription}/resourceGroups/${resourceGroup}`;
  if (resource === undefined) return group;
  if (resourceGroup === undefined || resourceType === undefined) {
    throw new AzError('usage error: --resource NAME needs --resource-group and --resource-type');
  }
  const [space, type] = resourceType.includes('/')
    ? [resourceType.slice(0, resourceType.indexOf('/')), resourceType.slice(resourceType.indexOf('/') + 1)]
    : [namespace, resourceType];
  if (space === undefined) throw new AzError('usage error: --resource-type TYPE needs --namespace');
  return `${group}/providers/${space}/${parent ? `${parent}/` : ''}${type}/${resource}`;
}

/** A lock as printed. */
export function presentLock(body: JsonObject): JsonObject {
  const properties = isObject(body['properties']) ? body['properties'] : {};
  return {
    id: body['id'] ?? null,
    level: properties['level'] ?? null,
    name: body['name'] ?? null,
    notes: properties['notes'] ?? null,
    owners: properties['owners'] ?? null,
    ...(body['systemData'] === undefined ? {} : { systemData: body['systemData'] }),
    type: body['type'] ?? null,
  };
}
