import type { BodyReference } from '../../../arm/index.ts';
import { joins, prints } from '../../references.ts';
import { networkTypes } from '../references.ts';

/** What a subnet may name, alone or inside its network's body: `properties` is the path of its properties. */
export function subnetReferences(properties: string): BodyReference[] {
  return [
    joins(`${properties}.networkSecurityGroup.id`, networkTypes.securityGroups),
    joins(`${properties}.routeTable.id`, 'Microsoft.Network/routeTables'),
    joins(`${properties}.natGateway.id`, 'Microsoft.Network/natGateways'),
    joins(`${properties}.serviceEndpointPolicies[].id`, 'Microsoft.Network/serviceEndpointPolicies'),
    ...prints(
      `${properties}.ipConfigurations[].id`,
      `${properties}.ipConfigurationProfiles[].id`,
      `${properties}.privateEndpoints[].id`,
    ),
  ];
}
