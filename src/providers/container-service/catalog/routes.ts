import { ArmError, type ArmRoute, type RouteCall } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { aksVersions } from '../../kubernetes-versions.ts';
import { azureSizes } from '../../machine-sizes.ts';
import { managedClusterVersions } from '../api-versions.ts';
import { currentVersion } from '../managed-clusters/type.ts';

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
    handle: () => ({ status: 200, body: { values: minors().map(minorAnswer) } }),
  },
  {
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/{name}/upgradeProfiles/default',
    ...versions,
    permission: 'Microsoft.ContainerService/managedClusters/upgradeProfiles/read',
    handle: upgradeProfile,
  },
  {
    method: 'GET',
    path: `${locations}/Microsoft.Compute/locations/{location}/vmSizes`,
    ...computeVersions,
    permission: 'Microsoft.Compute/locations/vmSizes/read',
    handle: () => ({ status: 200, body: { value: Object.keys(azureSizes).map(sizeAnswer) } }),
  },
];

function minors(): string[] {
  return [...new Set(aksVersions.versions.map(minorOf))];
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function minorAnswer(minor: string): JsonObject {
  const patches = aksVersions.versions.filter((version) => minorOf(version) === minor);
  return {
    version: minor,
    capabilities: { supportPlan: ['KubernetesOfficial', 'AKSLongTermSupport'] },
    isDefault: minor === minorOf(aksVersions.defaultVersion),
    patchVersions: Object.fromEntries(patches.map((patch) => [patch, { upgrades: upgradesOf(patch) }])),
  };
}

/** Newer patches of the same minor and all of the next: no minor is skipped. */
function upgradesOf(version: string): string[] {
  const known = minors();
  const next = known[known.indexOf(minorOf(version)) + 1];
  const at = aksVersions.versions.indexOf(version);
  return aksVersions.versions.filter(
    (other, index) => index > at && (minorOf(other) === minorOf(version) || minorOf(other) === next),
  );
}

async function upgradeProfile({ parameters, context }: RouteCall) {
  const { subscriptionId, resourceGroupName, name } = parameters;
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/${name}`;
  const cluster = await context.records.get(id);
  if (!cluster) {
    throw new ArmError(
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.ContainerService/managedClusters/${name}' under resource group '${resourceGroupName}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    );
  }
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
