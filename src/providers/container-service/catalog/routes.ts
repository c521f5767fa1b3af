import { type ArmRoute, type ResourceRecord, type RouteCall, refusals } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { aksVersions } from '../../kubernetes-versions.ts';
import { azureSizes } from '../../machine-sizes.ts';
import { managedClusterVersions } from '../api-versions.ts';
import { currentVersion } from '../managed-clusters/type.ts';
import { minorOf, minors, upgradesOf } from '../managed-clusters/upgrades.ts';

const versions = { apiVersions: managedClusterVersions, lowestApiVersion: '2019-02-01' } as const;
const computeVersions = {
  apiVersions: ['2025-04-01', '2024-11-01'],
  lowestApiVersion: '2015-06-15',
} as const;
const locations = '/subscriptions/{subscriptionId}/providers';
const clusterPath =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/{name}';

/** What a caller may choose from: Kubernetes versions, upgrades of a cluster, machine sizes. */
export const catalogRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path: `${locations}/Microsoft.ContainerService/locations/{location}/kubernetesVersions`,
    ...versions,
    permission: 'Microsoft.ContainerService/locations/kubernetesVersions/read',
    handle: () => ({ status: 200, body: { values: minors().map(minorAnswer) } }),
  },
  {
    method: 'GET',
    path: `${clusterPath}/upgradeProfiles/default`,
    ...versions,
    permission: 'Microsoft.ContainerService/managedClusters/upgradeProfiles/read',
    handle: upgradeProfile,
  },
  {
    method: 'GET',
    path: `${clusterPath}/agentPools/{pool}/upgradeProfiles/default`,
    ...versions,
    permission: 'Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles/read',
    handle: poolUpgradeProfile,
  },
  {
    method: 'GET',
    path: `${locations}/Microsoft.Compute/locations/{location}/vmSizes`,
    ...computeVersions,
    permission: 'Microsoft.Compute/locations/vmSizes/read',
    handle: () => ({ status: 200, body: { value: Object.keys(azureSizes).map(sizeAnswer) } }),
  },
];

function minorAnswer(minor: string): JsonObject {
  const patches = aksVersions.versions.filter((version) => minorOf(version) === minor);
  return {
    version: minor,
    capabilities: { supportPlan: ['KubernetesOfficial', 'AKSLongTermSupport'] },
    isDefault: minor === minorOf(aksVersions.defaultVersion),
    patchVersions: Object.fromEntries(patches.map((patch) => [patch, { upgrades: upgradesOf(patch) }])),
  };
}

async function demandCluster({ parameters, context }: RouteCall): Promise<ResourceRecord> {
  const { subscriptionId, resourceGroupName, name } = parameters;
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/${name}`;
  const cluster = await context.records.get(id);
  if (cluster) return cluster;
  throw refusals.resourceNotFound(`Microsoft.ContainerService/managedClusters/${name}`, resourceGroupName);
}

async function poolUpgradeProfile(call: RouteCall) {
  const cluster = await demandCluster(call);
  const name = call.parameters.pool ?? '';
  const pool = await call.context.records.get(`${cluster.id}/agentPools/${name}`);
  if (!pool) {
    throw refusals.resourceNotFound(
      `Microsoft.ContainerService/managedClusters/${cluster.name}/agentPools/${name}`,
      call.parameters.resourceGroupName,
    );
  }
  const properties = new Fields(pool.properties);
  const newest = currentVersion(new Fields(cluster.properties)) ?? '';
  const kubernetesVersion = properties.string('currentOrchestratorVersion') ?? newest;
  const order = aksVersions.versions;
  // Nodes are never newer than the API server that they speak to.
  const upgrades = order.filter(
    (_version, at) => at > order.indexOf(kubernetesVersion) && at <= order.indexOf(newest),
  );
  return {
    status: 200,
    body: {
      id: `${pool.id}/upgradeProfiles/default`,
      name: 'default',
      type: 'Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles',
      properties: {
        kubernetesVersion,
        latestNodeImageVersion: properties.string('nodeImageVersion') ?? null,
        osType: properties.string('osType') ?? 'Linux',
        ...(upgrades.length > 0 && { upgrades: upgrades.map((version) => ({ kubernetesVersion: version })) }),
      },
    },
  };
}

async function upgradeProfile(call: RouteCall) {
  const cluster = await demandCluster(call);
  const properties = new Fields(cluster.properties);
  const kubernetesVersion = currentVersion(properties) ?? '';
  const upgrades = upgradesOf(kubernetesVersion).map((version) => ({ kubernetesVersion: version }));
  const profile = (pool: Fields): JsonObject => ({
    kubernetesVersion: pool.string('currentOrchestratorVersion') ?? kubernetesVersion,
    name: pool.string('name') ?? '',
    osType: pool.string('osType') ?? 'Linux',
    upgrades,
  });
  return {
    status: 200,
    body: {
      id: `${cluster.id}/upgradeprofiles/default`,
      name: 'default',
      type: 'Microsoft.ContainerService/managedClusters/upgradeprofiles',
      properties: {
        controlPlaneProfile: { kubernetesVersion, osType: 'Linux', upgrades },
        agentPoolProfiles: properties.objects('agentPoolProfiles').map(profile),
      },
    },
  };
}

function sizeAnswer(name: string): JsonObject {
  const size = azureSizes[name] ?? { cpuCores: 0, memoryMiB: 0 };
  return {
    name,
    numberOfCores: size.cpuCores,
    memoryInMB: size.memoryMiB,
    osDiskSizeInMB: 1_047_552,
    resourceDiskSizeInMB: 0,
    maxDataDiskCount: Math.min(size.cpuCores * 2, 64),
  };
}
