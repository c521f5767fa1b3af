import type { JsonObject } from '../../src/base/index.ts';

/** One resource to be made: its id, the api-version to ask with, and its body. */
export interface Wanted {
  readonly id: string;
  readonly version: string;
  readonly body: JsonObject;
}

const location = 'eastus';
const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPa/KKx6G4AjXTwv/LbjtBmIc4VL8YBZge/lhxES9/rr t';

export function managedCluster(group: string, name: string): Wanted {
  return {
    id: `${group}/providers/Microsoft.ContainerService/managedClusters/${name}`,
    version: '2025-05-01',
    body: {
      location,
      identity: { type: 'SystemAssigned' },
      properties: {
        dnsPrefix: name,
        agentPoolProfiles: [{ name: 'pool', count: 1, vmSize: 'Standard_DS2_v2', mode: 'System' }],
      },
    },
  };
}

export function fleetWithHub(group: string, name: string): Wanted {
  return {
    id: `${group}/providers/Microsoft.ContainerService/fleets/${name}`,
    version: '2025-03-01',
    body: { location, identity: { type: 'SystemAssigned' }, properties: { hubProfile: {} } },
  };
}

export function fleetMember(fleet: string, name: string, clusterResourceId: string): Wanted {
  return {
    id: `${fleet}/members/${name}`,
    version: '2025-03-01',
    body: { properties: { clusterResourceId } },
  };
}

/** What an AKS Arc cluster stands on: bridge, custom location and logical network. */
export function edge(group: string): {
  readonly customLocation: string;
  readonly network: string;
  readonly all: readonly Wanted[];
} {
  const bridge = `${group}/providers/Microsoft.ResourceConnector/appliances/bridge`;
  const customLocation = `${group}/providers/Microsoft.ExtendedLocation/customLocations/cl`;
  const network = `${group}/providers/Microsoft.AzureStackHCI/logicalNetworks/lnet`;
  const subnet = {
    name: 'default',
    properties: {
      addressPrefix: '192.168.50.0/24',
      ipAllocationMethod: 'Static',
      ipPools: [{ start: '192.168.50.20', end: '192.168.50.200' }],
    },
  };
  const hosted = { hostResourceId: bridge, namespace: 'cl', clusterExtensionIds: [] };
  return {
    customLocation,
    network,
    all: [
      { id: bridge, version: '2022-10-27', body: { location, properties: {} } },
      { id: customLocation, version: '2021-08-15', body: { location, properties: hosted } },
      {
        id: network,
        version: '2024-01-01',
        body: {
          location,
          extendedLocation: { type: 'CustomLocation', name: customLocation },
          properties: { subnets: [subnet] },
        },
      },
    ],
  };
}

/** An AKS Arc cluster: the connected cluster and, in it, the instance. */
export function arcCluster(
  group: string,
  name: string,
  at: { readonly customLocation: string; readonly network: string },
): readonly [connected: Wanted, instance: Wanted] {
  const id = `${group}/providers/Microsoft.Kubernetes/connectedClusters/${name}`;
  return [
    {
      id,
      version: '2024-01-01',
      body: {
        ...{ location, kind: 'ProvisionedCluster', identity: { type: 'SystemAssigned' } },
        properties: { agentPublicKeyCertificate: '' },
      },
    },
    {
      id: `${id}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`,
      version: '2024-01-01',
      body: {
        extendedLocation: { type: 'CustomLocation', name: at.customLocation },
        properties: {
          linuxProfile: { ssh: { publicKeys: [{ keyData: sshKey }] } },
          controlPlane: { count: 1, vmSize: 'Standard_A4_v2' },
          agentPoolProfiles: [{ name: 'pool', count: 1, vmSize: 'Standard_A4_v2', osType: 'Linux' }],
          cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [at.network] } },
        },
      },
    },
  ];
}

/** A Bastion host with what it stands on, in the order in which they are made. */
export function bastion(group: string, name: string): readonly Wanted[] {
  const of = (path: string) => `${group}/providers/Microsoft.Network/${path}`;
  const version = '2024-07-01';
  const network = of(`virtualNetworks/${name}`);
  const address = of(`publicIPAddresses/${name}`);
  const subnets = [{ name: 'AzureBastionSubnet', properties: { addressPrefix: '10.0.1.0/26' } }];
  const ipConfiguration = {
    name: 'ip',
    properties: {
      subnet: { id: `${network}/subnets/AzureBastionSubnet` },
      publicIPAddress: { id: address },
    },
  };
  return [
    {
      id: network,
      version,
      body: { location, properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] }, subnets } },
    },
    {
      id: address,
      version,
      body: { location, sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static' } },
    },
    {
      id: of(`bastionHosts/${name}`),
      version,
      body: {
        location,
        sku: { name: 'Standard' },
        properties: { enableTunneling: true, ipConfigurations: [ipConfiguration] },
      },
    },
  ];
}
