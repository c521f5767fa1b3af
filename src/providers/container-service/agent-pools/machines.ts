import { type ArmRoute, type ResourceRecord, type RouteCall, refusals } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { groupRecord } from '../../managed-group.ts';
import { managedClusterVersions } from '../api-versions.ts';
import { nodePrefix, zoneOf } from '../managed-clusters/node-orders.ts';
import { isThere, nodeName, nodesOf, type PoolNode } from '../managed-clusters/pool-nodes.ts';
import { poolNamed, powerOfPool } from '../managed-clusters/pools.ts';
import { powerOf } from '../managed-clusters/power-state.ts';
import { clusterIdOf } from '../managed-clusters/record.ts';
import { clusterPath, demandCluster } from '../managed-clusters/route-cluster.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import { profilesOf } from './profiles.ts';

const poolPath = `${clusterPath}/agentPools/{pool}`;

/** The machines behind a pool's nodes, worked out from what the cluster has. */
export function machineRoutes(settings: ContainerServiceSettings): readonly ArmRoute[] {
  const shared = {
    method: 'GET',
    apiVersions: managedClusterVersions,
    lowestApiVersion: '2023-06-02-preview',
    permission: 'Microsoft.ContainerService/managedClusters/agentPools/machines/read',
  } as const;
  return [
    {
      ...shared,
      path: `${poolPath}/machines`,
      handle: async (call) => ({ status: 200, body: { value: await machinesOf(call, settings) } }),
    },
    {
      ...shared,
      path: `${poolPath}/machines/{machine}`,
      async handle(call) {
        const wanted = call.parameters['machine'] ?? '';
        const machines = await machinesOf(call, settings);
        const found = machines.find(
          ({ name }) => typeof name === 'string' && name.toLowerCase() === wanted.toLowerCase(),
        );
        if (found) return { status: 200, body: found };
        const { name, pool, resourceGroupName } = call.parameters;
        throw refusals.resourceNotFound(
          `Microsoft.ContainerService/managedClusters/${name}/agentPools/${pool}/machines/${wanted}`,
          resourceGroupName,
        );
      },
    },
  ];
}

async function machinesOf(call: RouteCall, settings: ContainerServiceSettings): Promise<JsonObject[]> {
  const { name, pool = '', resourceGroupName } = call.parameters;
  const cluster = await demandCluster(call);
  const record = await call.context.records.get(`${cluster.id}/agentPools/${pool}`);
  const profile = record && poolNamed(profilesOf(cluster), record.name);
  if (!record || !profile) {
    throw refusals.resourceNotFound(
      `Microsoft.ContainerService/managedClusters/${name}/agentPools/${pool}`,
      resourceGroupName,
    );
  }
  const prefix = nodePrefix(cluster, record.name);
  // Whoever is stopped has none; a cluster that nobody has begun to make neither.
  if (prefix === '' || powerOf(cluster) === 'Stopped' || powerOfPool(profile) === 'Stopped') return [];
  const running = settings.clusters.get(clusterIdOf(cluster) ?? '');
  const addresses = (await running?.nodeAddresses()) ?? new Map<string, string>();
  return nodesOf(cluster, profile)
    .filter(isThere)
    .map((node) => machine({ cluster, record, profile, prefix, addresses }, node));
}

interface Pool {
  readonly cluster: ResourceRecord;
  readonly record: ResourceRecord;
  readonly profile: Fields;
  readonly prefix: string;
  readonly addresses: ReadonlyMap<string, string>;
}

function machine({ cluster, record, profile, prefix, addresses }: Pool, node: PoolNode): JsonObject {
  const name = nodeName(prefix, node.number);
  const zone = zoneOf(node, profile.strings('availabilityZones'));
  const address = addresses.get(name);
  const group = new Fields(cluster.properties).string('nodeResourceGroup') ?? '';
  return {
    id: `${record.id}/machines/${name}`,
    name,
    type: 'Microsoft.ContainerService/managedClusters/agentPools/machines',
    ...(zone && { zones: [zone] }),
    properties: {
      resourceId: `${groupRecord(cluster, group).id}/providers/Microsoft.Compute/virtualMachineScaleSets/${prefix}/virtualMachines/${node.number}`,
      network: { ipAddresses: address ? [{ family: 'IPv4', ip: address }] : [] },
    },
  };
}
