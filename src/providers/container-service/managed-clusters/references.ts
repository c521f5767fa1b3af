import { ArmError, type BodyReference } from '../../../arm/index.ts';
import { joins, joinsSubnet, subnetNotFound } from '../../references.ts';

/** What an AKS cluster's body may name. What this estate has no types for is asked for all the same. */
export const clusterReferences: readonly BodyReference[] = [
  ...poolReferences('properties.agentPoolProfiles[]'),
  joinsSubnet('properties.apiServerAccessProfile.subnetId', subnetNotFound),
  {
    path: 'properties.apiServerAccessProfile.privateDNSZone',
    types: ['Microsoft.Network/privateDnsZones'],
    permission: 'Microsoft.Network/privateDnsZones/join/action',
    words: ['system', 'none'],
  },
  {
    path: 'properties.identityProfile.kubeletidentity.resourceId',
    types: ['Microsoft.ManagedIdentity/userAssignedIdentities'],
    permission: 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action',
  },
  joins(
    'properties.networkProfile.loadBalancerProfile.outboundIPs.publicIPs[].id',
    'Microsoft.Network/publicIPAddresses',
  ),
  joins(
    'properties.networkProfile.loadBalancerProfile.outboundIPPrefixes.publicIPPrefixes[].id',
    'Microsoft.Network/publicIPPrefixes',
  ),
  { path: 'properties.diskEncryptionSetID', types: ['Microsoft.Compute/diskEncryptionSets'] },
];

/** What an agent pool names: `pool` is the path of its properties. */
export function poolReferences(pool: string): BodyReference[] {
  return [
    joinsSubnet(`${pool}.vnetSubnetID`, subnetNotFound),
    joinsSubnet(`${pool}.podSubnetID`, subnetNotFound),
    joins(`${pool}.nodePublicIPPrefixID`, 'Microsoft.Network/publicIPPrefixes'),
    {
      path: `${pool}.proximityPlacementGroupID`,
      types: ['Microsoft.Compute/proximityPlacementGroups'],
      permission: 'write',
    },
    {
      path: `${pool}.creationData.sourceResourceId`,
      types: ['Microsoft.ContainerService/snapshots'],
      missing: ({ id }) => new ArmError(404, 'NotFound', `Could not find the snapshot '${id}'.`),
    },
  ];
}
