import { type ArmRoute, type RouteCall, refusals } from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { managedClusterVersions } from '../api-versions.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import { adminCredential, userCredential } from './credentials.ts';
import { clusterPath, demandCluster } from './route-cluster.ts';

/** The older way to a cluster's credentials: one access profile, `clusterAdmin` or `clusterUser`. */
export function accessProfileRoutes(settings: ContainerServiceSettings): readonly ArmRoute[] {
  return [
    {
      method: 'POST',
      path: `${clusterPath}/accessProfiles/{role}/listCredential`,
      apiVersions: managedClusterVersions,
      lowestApiVersion: '2019-02-01',
      permission: 'Microsoft.ContainerService/managedClusters/accessProfiles/listCredential/action',
      ignoresBody: true,
      handle: async (call) => ({ status: 200, body: await profile(call, settings) }),
    },
  ];
}

async function profile(call: RouteCall, settings: ContainerServiceSettings): Promise<JsonObject> {
  const record = await demandCluster(call);
  const role = call.parameters['role'] ?? '';
  const isAdmin = role.toLowerCase() === 'clusteradmin';
  if (!isAdmin && role.toLowerCase() !== 'clusteruser') {
    throw refusals.resourceNotFound(
      `Microsoft.ContainerService/managedClusters/${record.name}/accessProfiles/${role}`,
      call.parameters['resourceGroupName'],
    );
  }
  const { kubeconfigs } = isAdmin
    ? await adminCredential(record, settings)
    : await userCredential({ record }, settings);
  const [first] = Array.isArray(kubeconfigs) ? kubeconfigs : [];
  return {
    id: `${record.id}/accessProfiles/${role}`,
    name: role,
    type: 'Microsoft.ContainerService/ManagedClusters/AccessProfiles',
    location: record.location ?? '',
    properties: { kubeConfig: isObject(first) ? (first['value'] ?? '') : '' },
  };
}
