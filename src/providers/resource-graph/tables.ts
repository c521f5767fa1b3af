import { groupNameOf, type ResourceRecord, subscriptionOf } from '../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Column, Row } from './query/columns.ts';
import { cellOf, type Type, type Value } from './query/values.ts';

/**
 * Columns of every table, in the order in which they are shown.
 * Source: https://learn.microsoft.com/azure/governance/resource-graph/reference/supported-tables-resources
 */
const tableColumns: readonly Column[] = (
  [
    ['id', 'string'],
    ['name', 'string'],
    ['type', 'string'],
    ['tenantId', 'string'],
    ['kind', 'string'],
    ['location', 'string'],
    ['resourceGroup', 'string'],
    ['subscriptionId', 'string'],
    ['managedBy', 'string'],
    ['sku', 'dynamic'],
    ['plan', 'dynamic'],
    ['properties', 'dynamic'],
    ['tags', 'dynamic'],
    ['identity', 'dynamic'],
    ['zones', 'dynamic'],
    ['extendedLocation', 'dynamic'],
    ['systemData', 'dynamic'],
  ] as const satisfies readonly (readonly [string, Type])[]
).map(([name, type]) => ({ name, type }));

const containers: ReadonlySet<string> = new Set([
  'microsoft.resources/subscriptions',
  'microsoft.resources/resourcegroups',
  'microsoft.management/managementgroups',
]);

/** What is neither a resource nor below a service that has a table of its own. */
function isPlain(type: string): boolean {
  return (
    !containers.has(type) && !/^microsoft\.(?:authorization|resources)\//.test(type) && !isFleetPart(type)
  );
}

/** Azure keeps what hangs on fleets in a table of AKS. */
function isFleetPart(type: string): boolean {
  return type.startsWith('microsoft.containerservice/fleets/');
}

/** What belongs to a table, by the name of its type in lower case. Resources of their own have one segment after the service. */
const tables: Readonly<Record<string, (type: string) => boolean>> = {
  resources: (type) => isPlain(type) && (type.split('/').length === 2 || inResources.has(type)),
  resourcecontainers: (type) => containers.has(type),
  authorizationresources: (type) => authorization.has(type),
  aksresources: isFleetPart,
};

/** Children that Azure keeps among the resources too, being tracked or asked for often. */
const inResources: ReadonlySet<string> = new Set([
  'microsoft.hybridcontainerservice/provisionedclusterinstances',
]);

const authorization: ReadonlySet<string> = new Set([
  'microsoft.authorization/roleassignments',
  'microsoft.authorization/roledefinitions',
  'microsoft.authorization/denyassignments',
]);

/** The columns of a table by its name in lower case. */
export function columnsOf(table: string): readonly Column[] | undefined {
  return Object.hasOwn(tables, table) ? tableColumns : undefined;
}

/** Whether records of a type stand in a table. */
export function standsIn(table: string): (type: string) => boolean {
  const holds = tables[table] ?? (() => false);
  return (type) => holds(type.toLowerCase());
}

/** A record as a row of its table. `body` is what its GET answers. */
export function rowOf(record: ResourceRecord, body: JsonObject, tenantId: string): Row {
  const type = record.type.toLowerCase();
  const cells: Readonly<Record<string, Json | undefined>> = {
    id: record.id,
    name: record.name,
    type,
    tenantId,
    kind: record.kind ?? '',
    location: record.location ?? '',
    resourceGroup: (groupNameOf(record.id) ?? '').toLowerCase(),
    subscriptionId: subscriptionOf(record.id) ?? '',
    managedBy: record.managedBy ?? '',
    sku: record.sku,
    plan: record.plan,
    properties: body.properties,
    tags: record.tags === undefined ? undefined : { ...record.tags },
    identity: body.identity,
    zones: record.zones,
    extendedLocation: record.extendedLocation,
    systemData: body.systemData,
    ...containerCells(record, type),
  };
  return tableColumns.map(({ name }): Value => cellOf(cells[name]));
}

/** Resource Graph names groups and subscriptions otherwise than Resource Manager does. */
function containerCells(record: ResourceRecord, type: string): JsonObject {
  if (type === 'microsoft.resources/resourcegroups') {
    return {
      type: 'microsoft.resources/subscriptions/resourcegroups',
      properties: { provisioningState: record.provisioningState },
    };
  }
  if (type !== 'microsoft.resources/subscriptions') return {};
  const { displayName, state } = isObject(record.properties) ? record.properties : {};
  return { name: displayName, properties: { state, managedByTenants: [] } };
}
