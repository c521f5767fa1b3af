import { deserializes } from '../deserialized.ts';
import type { Shape } from '../shape.ts';

/**
 * Members of Azure Local instances and logical networks in all published versions.
 * Source: https://learn.microsoft.com/rest/api/stackhci and https://learn.microsoft.com/rest/api/azure-stackhci-vm
 */
const instance: Shape = {
  provisioningState: 'text',
  status: 'text',
  connectivityStatus: 'text',
  cloudId: 'text',
  ring: 'text',
  supportStatus: 'text',
  cloudManagementEndpoint: 'text',
  aadClientId: 'text',
  aadTenantId: 'text',
  aadApplicationObjectId: 'text',
  aadServicePrincipalObjectId: 'text',
  softwareAssuranceProperties: {
    softwareAssuranceStatus: 'text',
    softwareAssuranceIntent: 'text',
    lastUpdated: 'text',
  },
  isManagementCluster: 'boolean',
  logCollectionProperties: 'any',
  remoteSupportProperties: 'any',
  desiredProperties: { windowsServerSubscription: 'text', diagnosticLevel: 'text' },
  reportedProperties: 'any',
  isolatedVmAttestationConfiguration: 'any',
  trialDaysRemaining: 'number',
  billingModel: 'text',
  billingProperties: 'any',
  registrationTimestamp: 'text',
  lastSyncTimestamp: 'text',
  lastBillingTimestamp: 'text',
  serviceEndpoint: 'text',
  resourceProviderObjectId: 'text',
  secretsLocations: [{ secretsType: 'text', secretsLocation: 'text' }],
  clusterPattern: 'text',
  sdnProperties: 'any',
  localAvailabilityZones: [{ localAvailabilityZoneName: 'text', nodes: ['text'] }],
  identityProvider: 'text',
  storageType: 'text',
};

const subnet: Shape = {
  addressPrefix: 'text',
  addressPrefixes: ['text'],
  ipAllocationMethod: 'text',
  ipConfigurationReferences: [{ ID: 'text' }],
  ipPools: [
    {
      name: 'text',
      ipPoolType: 'text',
      start: 'text',
      end: 'text',
      info: { used: 'text', available: 'text' },
    },
  ],
  routeTable: {
    etag: 'text',
    name: 'text',
    type: 'text',
    properties: {
      routes: [{ name: 'text', properties: { addressPrefix: 'text', nextHopIpAddress: 'text' } }],
    },
  },
  vlan: 'integer',
};

const logicalNetwork: Shape = {
  dhcpOptions: { dnsServers: ['text'] },
  subnets: [{ name: 'text', properties: subnet }],
  vmSwitchName: 'text',
  provisioningState: 'text',
  status: 'any',
};

export const conformInstance = deserializes(instance);
export const conformLogicalNetwork = deserializes(logicalNetwork);
