import type { ArmRoute, RouteCall } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { upgradesOf } from '../managed-clusters/upgrades.ts';
import { aksCatalog } from '../releases/catalog.ts';

const orchestratorType = 'Kubernetes';

/** The versions in the older list, which Terraform's `azurerm_kubernetes_service_versions` still reads. */
export const orchestratorsRoute: ArmRoute = {
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.ContainerService/locations/{location}/orchestrators',
  apiVersions: ['2019-08-01', '2019-06-01', '2019-04-01', '2017-09-30'],
  lowestApiVersion: '2017-09-30',
  permission: 'Microsoft.ContainerService/locations/orchestrators/read',
  handle: orchestrators,
};

async function orchestrators({ context, parameters }: RouteCall) {
  const catalog = await aksCatalog(context.records);
  const entry = (orchestratorVersion: string): JsonObject => {
    const upgrades = upgradesOf(catalog, orchestratorVersion);
    return {
      orchestratorType,
      orchestratorVersion,
      ...(orchestratorVersion === catalog.defaultVersion && { default: true }),
      // The newest version leads nowhere, and its entry has no such member.
      ...(upgrades.length > 0 && {
        upgrades: upgrades.map((version) => ({ orchestratorType, orchestratorVersion: version })),
      }),
    };
  };
  const { subscriptionId, location } = parameters;
  return {
    status: 200,
    body: {
      id: `/subscriptions/${subscriptionId}/providers/Microsoft.ContainerService/locations/${location}/orchestrators`,
      name: 'default',
      type: 'Microsoft.ContainerService/locations/orchestrators',
      properties: { orchestrators: catalog.versions.map(entry) },
    },
  };
}
