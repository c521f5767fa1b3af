import { type ResourceRecord, type ResourceWrite, refusals } from '../../../arm/index.ts';
import type { Random } from '../../../base/index.ts';
import type { ClusterOrder } from '../../cluster-supply.ts';
import { Fields } from '../../fields.ts';
import { nodePoolOrders } from './node-orders.ts';

export const managedClusterType = 'Microsoft.ContainerService/managedClusters';

/** The UUID of the cluster behind a record; none until its loop has seen the record. */
export function clusterIdOf(record: ResourceRecord): string | undefined {
  const found = record.internal?.['clusterId'];
  return typeof found === 'string' ? found : undefined;
}

/** The id of the cluster that something belongs to. */
export function clusterAbove(id: string): string {
  return /^.*?\/managedClusters\/[^/]+/i.exec(id)?.[0] ?? id;
}

/** The host name under which a cluster's own machines and its callers know its API server. */
export function apiServerName(properties: Fields): string {
  return properties.string('privateFQDN') ?? properties.string('fqdn') ?? '';
}

/** The cluster of what is written. Throws when there is none. */
export async function demandStoredCluster(
  { id, context }: Pick<ResourceWrite, 'id' | 'context'>,
  type: string,
): Promise<ResourceRecord> {
  const clusterId = clusterAbove(id);
  const cluster = await context.records.get(clusterId);
  if (cluster) return cluster;
  throw refusals.parentNotFound('write', type, clusterId);
}

/** The fleet whose hub this cluster is. */
export function fleetIdOf(record: ResourceRecord): string | undefined {
  const found = record.internal?.['fleetId'];
  return typeof found === 'string' ? found : undefined;
}

/**
 * What the cluster host is asked for, and the record with the choices that must stay: the cluster's id and the
 * names of its nodes.
 */
export function clusterOrder(
  record: ResourceRecord,
  random: Random,
): { readonly order: ClusterOrder; readonly record: ResourceRecord } {
  const properties = new Fields(record.properties);
  const clusterId = clusterIdOf(record) ?? random.uuid();
  const pools = nodePoolOrders(record, random);
  const fleetId = fleetIdOf(record);
  const aad = properties.object('aadProfile');
  const isPrivate = properties.object('apiServerAccessProfile').boolean('enablePrivateCluster') === true;
  return {
    record: { ...record, internal: { ...record.internal, clusterId, nodePrefixes: pools.prefixes } },
    order: {
      clusterId,
      name: record.name,
      resourceId: record.id,
      role: fleetId ? 'hub' : 'member',
      kubernetesVersion:
        properties.string('currentKubernetesVersion') ?? properties.string('kubernetesVersion') ?? '',
      hostNames: [apiServerName(properties)],
      publicEndpoint: !isPrivate,
      nodes: pools.orders,
      access: {
        adminGroupObjectIds: aad.strings('adminGroupObjectIDs'),
        roleFamily: fleetId ? 'fleet' : aad.boolean('enableAzureRBAC') ? 'aks' : undefined,
        roleScope: fleetId ?? record.id,
        localAccounts: properties.boolean('disableLocalAccounts') !== true,
        entraAudience: fleetId || properties.has('aadProfile') ? 'kubernetes' : undefined,
      },
    },
  };
}
