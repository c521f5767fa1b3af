import { ArmError, type ArmRoute } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { customLocationVersions } from './type.ts';

const type = 'Microsoft.ExtendedLocation/customLocations/enabledResourceTypes';

/** What can be deployed to a custom location of this estate. */
const typesMetadata: readonly JsonObject[] = [
  ['Microsoft.HybridContainerService', 'provisionedClusterInstances', '2024-01-01'],
  ['Microsoft.HybridContainerService', 'provisionedClusterInstances/agentPools', '2024-01-01'],
  ['Microsoft.HybridContainerService', 'virtualNetworks', '2024-01-01'],
  ['Microsoft.AzureStackHCI', 'logicalNetworks', '2024-01-01'],
].map(([resourceProviderNamespace = '', resourceType = '', apiVersion = '']) => ({
  apiVersion,
  resourceProviderNamespace,
  resourceType,
}));

/**
 * The types that the extensions of a custom location bring.
 * Source: https://learn.microsoft.com/rest/api/customlocation/custom-locations/list-enabled-resource-types
 */
export const enabledResourceTypes: ArmRoute = {
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.ExtendedLocation/customLocations/{name}/enabledResourceTypes',
  apiVersions: customLocationVersions,
  permission: 'Microsoft.ExtendedLocation/customLocations/enabledResourceTypes/read',
  async handle({ parameters, context }) {
    const { subscriptionId = '', resourceGroup = '', name = '' } = parameters;
    const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ExtendedLocation/customLocations/${name}`;
    const location = await context.records.get(id);
    if (!location) throw new ArmError(404, 'ResourceNotFound', `The custom location '${id}' was not found.`);
    const extensions = new Fields(location.properties).strings('clusterExtensionIds');
    const value = extensions.map((clusterExtensionId): JsonObject => {
      const extension = clusterExtensionId.split('/').at(-1) ?? '';
      return {
        id: `${location.id}/enabledResourceTypes/${extension}`,
        name: extension,
        type,
        properties: {
          clusterExtensionId,
          extensionType: 'microsoft.hybridaksoperator',
          typesMetadata: [...typesMetadata],
        },
      };
    });
    return { status: 200, body: { value } };
  },
};
