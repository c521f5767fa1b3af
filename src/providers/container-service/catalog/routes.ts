import { type ArmRoute, type RouteCall, refusals } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { azureSizes } from '../../machine-sizes.ts';
import { managedClusterVersions } from '../api-versions.ts';
import { clusterPath, demandCluster } from '../managed-clusters/route-cluster.ts';
import { currentVersion } from '../managed-clusters/type.ts';
import { minors, minorsBehind, upgradesOf } from '../managed-clusters/upgrades.ts';
import { type AksCatalog, aksCatalog, compareVersions, minorOf } from '../releases/catalog.ts';
import { latestImage } from '../releases/node-images.ts';
import { orchestratorsRoute } from './orchestrators.ts';

const versions = { apiVersions: managedClusterVersions, lowestApiVersion: '2019-02-01' } as const;
const computeVersions = {
  apiVersions: ['2025-04-01', '2024-11-01'],
  lowestApiVersion: '2015-06-15',
} as const;
const locations = '/subscriptions/{subscriptionId}/providers';

/** What a caller may choose from: Kubernetes versions, upgrades of a cluster, machine sizes. */
export const catalogRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path: `${locations}/Microsoft.ContainerService/locations/{location}/kubernetesVersions`,
    ...versions,
    permission: 'Microsoft.ContainerService/locations/kubernetesVersions/read',
    handle: kubernetesVersions,
  },
  orchestratorsRoute,
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
    path: `${clusterPath}/availableAgentPoolVersions`,
    ...versions,
    permission: 'Microsoft.ContainerService/managedClusters/availableAgentPoolVersions/read',
    handle: poolVersions,
  },
  {
    method: 'GET',
    path: `${locations}/Microsoft.Compute/locations/{location}/vmSizes`,
    ...computeVersions,
    permission: 'Microsoft.Compute/locations/vmSizes/read',
    handle: () => ({ status: 200, body: { value: Object.keys(azureSizes).map(sizeAnswer) } }),
  },
];

async function kubernetesVersions({ context }: RouteCall) {
  const catalog = await aksCatalog(context.records);
  return { status: 200, body: { values: minors(catalog).map((minor) => minorAnswer(minor, catalog)) } };
}

function minorAnswer(minor: string, catalog: AksCatalog): JsonObject {
  const patches = catalog.versions.filter((version) => minorOf(version) === minor);
  return {
    version: minor,
    capabilities: { supportPlan: ['KubernetesOfficial', 'AKSLongTermSupport'] },
    isDefault: minor === minorOf(catalog.defaultVersion),
    patchVersions: Object.fromEntries(
      patches.map((patch) => [patch, { upgrades: upgradesOf(catalog, patch) }]),
    ),
  };
}

/** What a new pool of a cluster may run: no version newer than its own, and none too old for it. */
async function poolVersions(call: RouteCall) {
  const cluster = await demandCluster(call);
  const catalog = await aksCatalog(call.context.records);
  const newest = currentVersion(new Fields(cluster.properties)) ?? '';
  const known = minors(catalog);
  const oldest = known.indexOf(minorOf(newest)) - minorsBehind;
  const offered = catalog.versions.filter(
    (version) => compareVersions(version, newest) <= 0 && known.indexOf(minorOf(version)) >= oldest,
  );
  return {
    status: 200,
    body: {
      id: `${cluster.id}/availableAgentPoolVersions`,
      name: 'default',
      type: 'Microsoft.ContainerService/managedClusters/availableAgentPoolVersions',
      properties: {
        agentPoolVersions: offered.map((kubernetesVersion) => ({
          ...(kubernetesVersion === newest && { default: true }),
          kubernetesVersion,
        })),
      },
    },
  };
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
  const catalog = await aksCatalog(call.context.records);
  // Nodes are never newer than the API server that they speak to.
  const upgrades = catalog.versions.filter(
    (version) => compareVersions(version, kubernetesVersion) > 0 && compareVersions(version, newest) <= 0,
  );
  return {
    status: 200,
    body: {
      id: `${pool.id}/upgradeProfiles/default`,
      name: 'default',
      type: 'Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles',
      properties: {
        kubernetesVersion,
        latestNodeImageVersion: latestImage(properties, catalog),
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
  const catalog = await aksCatalog(call.context.records);
  const upgrades = upgradesOf(catalog, kubernetesVersion).map((version) => ({ kubernetesVersion: version }));
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
