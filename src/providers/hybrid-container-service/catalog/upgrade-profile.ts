import { ArmError, type ArmRoute, type RouteCall } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { hybridVersions } from '../api-versions.ts';
import { runningVersion } from '../provisioned-cluster-instances/record.ts';
import { upgradesOf } from './routes.ts';

const namespace = 'Microsoft.HybridContainerService';
const path = `{scope}/providers/${namespace}/provisionedClusterInstances/default/upgradeProfiles`;
const shared = {
  method: 'GET',
  apiVersions: hybridVersions,
  permission: `${namespace}/provisionedClusterInstances/upgradeProfiles/read`,
} as const;

/**
 * Versions that an instance can be moved to.
 * Source: https://learn.microsoft.com/rest/api/hybridcontainer/provisioned-cluster-instances/get-upgrade-profile
 */
export const upgradeProfileRoutes: readonly ArmRoute[] = [
  {
    ...shared,
    path: `${path}/default`,
    handle: async (call) => ({ status: 200, body: await upgradeProfile(call) }),
  },
  {
    ...shared,
    path,
    handle: async (call) => ({ status: 200, body: { value: [await upgradeProfile(call)] } }),
  },
];

async function upgradeProfile({ parameters, context }: RouteCall): Promise<JsonObject> {
  const scope = parameters['scope'] ?? '';
  const id = `${scope}/providers/${namespace}/provisionedClusterInstances/default`;
  const instance = await context.records.get(id);
  if (!instance) {
    throw new ArmError(404, 'ResourceNotFound', `The provisioned cluster instance '${id}' was not found.`);
  }
  const properties = new Fields(instance.properties);
  const kubernetesVersion = runningVersion(instance);
  const upgrades = upgradesOf(kubernetesVersion).map((version) => ({
    kubernetesVersion: version,
    isPreview: false,
  }));
  return {
    id: `${instance.id}/upgradeProfiles/default`,
    name: 'default',
    type: `${namespace}/provisionedClusterInstances/upgradeProfiles`,
    properties: {
      provisioningState: 'Succeeded',
      controlPlaneProfile: { kubernetesVersion, osType: 'Linux', upgrades },
      agentPoolProfiles: properties.objects('agentPoolProfiles').map((pool) => ({
        kubernetesVersion: pool.string('currentOrchestratorVersion') ?? kubernetesVersion,
        name: pool.string('name') ?? '',
        osType: pool.string('osType') ?? 'Linux',
        upgrades,
      })),
    },
  };
}
