import type { JsonObject } from '../../../src/base/index.ts';
import { mapperModels } from './models.ts';
import { all, ownWords, placed, type Subject } from './subject.ts';

const models = await mapperModels('arm-network', 'dist/esm');
const apiVersion = '2024-05-01';
const location = 'eastus';

/** Two of each that the bodies below refer to, by their path below the group. */
export const neighbours: readonly (readonly [path: string, body: JsonObject])[] = ['one', 'two'].flatMap(
  (name, index) =>
    [
      [`networkSecurityGroups/${name}`, { location }],
      [
        `publicIPAddresses/${name}`,
        { location, sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static' } },
      ],
      [
        `virtualNetworks/${name}`,
        {
          location,
          properties: {
            addressSpace: { addressPrefixes: [`10.${index + 1}.0.0/16`] },
            subnets: [
              { name: 'AzureBastionSubnet', properties: { addressPrefix: `10.${index + 1}.0.0/24` } },
            ],
          },
        },
      ],
    ] as const,
);

const portRanges = {
  sourcePortRange: ['*', '80'],
  destinationPortRange: ['22', '8000-8080'],
} as const;

/** Rests on services that are not built: an id of one names nothing. */
const absentService = 'InvalidResourceReference';

const subnetDiffers = (path: string) => ({
  ...all('printed', `${path}delegations[].id`, `${path}delegations[].type`),
  ...all(
    absentService,
    `${path}routeTable.id`,
    `${path}natGateway.id`,
    `${path}serviceEndpointPolicies[].id`,
  ),
  ...all(
    'NotImplemented',
    `${path}ipAllocations[].id`,
    `${path}ipamPoolPrefixAllocations[].numberOfIpAddresses`,
    `${path}ipamPoolPrefixAllocations[].pool.id`,
    `${path}serviceGateway.id`,
    `${path}applicationGatewayIPConfigurations[].id`,
    `${path}applicationGatewayIPConfigurations[].name`,
    `${path}applicationGatewayIPConfigurations[].properties.subnet.id`,
  ),
});

const addressSpaces = [
  'localAddressSpace',
  'localVirtualNetworkAddressSpace',
  'remoteAddressSpace',
  'remoteVirtualNetworkAddressSpace',
];

const peeringDiffers = (path: string) => ({
  [`${path}peerCompleteVnets`]: 'fixed: NotImplemented',
  [`${path}remoteVirtualNetwork.id`]: 'fixed: ChangingRemoteVirtualNetworkNotAllowed',
  ...all(
    'printed',
    ...addressSpaces.flatMap((space) => [
      `${path}${space}.addressPrefixes[]`,
      `${path}${space}.ipamPoolPrefixAllocations[].numberOfIpAddresses`,
      `${path}${space}.ipamPoolPrefixAllocations[].pool.id`,
    ]),
    `${path}remoteBgpCommunities.virtualNetworkCommunity`,
    `${path}remoteVirtualNetworkEncryption.enabled`,
    `${path}remoteVirtualNetworkEncryption.enforcement`,
    `${path}peeringState`,
    `${path}peeringSyncLevel`,
  ),
  ...all(
    'NotImplemented',
    `${path}enableOnlyIPv6Peering`,
    `${path}localSubnetNames[]`,
    `${path}remoteSubnetNames[]`,
  ),
});

/** The types of Microsoft.Network, of a group with the `neighbours`. */
export function networkSubjects(group: string): Subject[] {
  const network = `${group}/providers/Microsoft.Network`;
  const ids = (kind: string, more = '') =>
    [`${network}/${kind}/one${more}`, `${network}/${kind}/two${more}`] as const;
  const absent = (kind: string) => [`${network}/${kind}/none`, `${network}/${kind}/none`] as const;
  const rule = {
    name: 'rule',
    properties: {
      protocol: '*',
      access: 'Allow',
      direction: 'Inbound',
      priority: 200,
      sourcePortRange: '*',
      destinationPortRange: '*',
      sourceAddressPrefix: '*',
      destinationAddressPrefix: '*',
    },
  };
  const subnetValues = (path: string, within: string) =>
    ({
      [`${path}addressPrefix`]: [`${within}.1.0/24`, `${within}.2.0/24`],
      [`${path}addressPrefixes[]`]: [`${within}.0.0/24`, `${within}.0.0/24`],
      [`${path}networkSecurityGroup.id`]: ids('networkSecurityGroups'),
      [`${path}routeTable.id`]: absent('routeTables'),
      [`${path}natGateway.id`]: absent('natGateways'),
      [`${path}serviceEndpointPolicies[].id`]: absent('serviceEndpointPolicies'),
    }) as const;
  return [
    {
      model: 'NetworkSecurityGroup',
      models,
      apiVersion,
      path: (n) => `Microsoft.Network/networkSecurityGroups/n${n}`,
      least: { location },
      beside: { 'properties.securityRules[]': rule },
      values: {
        location: [location, 'westus'],
        'properties.securityRules[].properties.priority': [100, 4096],
      },
      differs: {
        ...ownWords,
        location: placed.location,
        ...all('printed', 'properties.securityRules[].id', 'properties.securityRules[].type'),
      },
    },
    {
      model: 'SecurityRule',
      models,
      apiVersion,
      path: (n) => `Microsoft.Network/networkSecurityGroups/one/securityRules/r${n}`,
      least: { properties: { ...rule.properties, priority: 300 } },
      values: {
        'properties.priority': [100, 4096],
        'properties.sourcePortRange': portRanges.sourcePortRange,
        'properties.destinationPortRange': portRanges.destinationPortRange,
      },
      differs: ownWords,
    },
    {
      model: 'VirtualNetwork',
      models,
      apiVersion,
      path: (n) => `Microsoft.Network/virtualNetworks/v${n}`,
      least: { location, properties: { addressSpace: { addressPrefixes: ['10.3.0.0/16'] } } },
      beside: {
        'properties.subnets[]': { name: 'subnet', properties: { addressPrefix: '10.3.0.0/24' } },
        'properties.subnets[].properties.delegations[]': {
          name: 'to',
          properties: { serviceName: 'service' },
        },
        'properties.virtualNetworkPeerings[]': {
          name: 'peering',
          properties: { remoteVirtualNetwork: { id: `${network}/virtualNetworks/one` } },
        },
      },
      values: {
        location: [location, 'westus'],
        'properties.addressSpace.addressPrefixes[]': ['10.4.0.0/16', '10.5.0.0/16'],
        ...subnetValues('properties.subnets[].properties.', '10.3'),
        'properties.virtualNetworkPeerings[].properties.remoteVirtualNetwork.id': ids('virtualNetworks'),
        'properties.ddosProtectionPlan.id': absent('ddosProtectionPlans'),
      },
      differs: {
        ...ownWords,
        ...placed,
        ...all('printed', 'properties.subnets[].id', 'properties.subnets[].type'),
        ...subnetDiffers('properties.subnets[].properties.'),
        ...all(
          'printed',
          'properties.virtualNetworkPeerings[].id',
          'properties.virtualNetworkPeerings[].type',
        ),
        ...peeringDiffers('properties.virtualNetworkPeerings[].properties.'),
        'properties.ddosProtectionPlan.id': absentService,
        'properties.virtualNetworkPeerings[].name': 'fixed: AnotherPeeringAlreadyReferencesRemoteVnet',
        ...all(
          'NotImplemented',
          'properties.addressSpace.ipamPoolPrefixAllocations[].numberOfIpAddresses',
          'properties.addressSpace.ipamPoolPrefixAllocations[].pool.id',
          'properties.ipAllocations[].id',
          'properties.defaultPublicNatGateway.id',
        ),
      },
    },
    {
      model: 'Subnet',
      models,
      apiVersion,
      path: (n) => `Microsoft.Network/virtualNetworks/one/subnets/s${n}`,
      least: { properties: { addressPrefix: '10.1.9.0/24' } },
      beside: { 'properties.delegations[]': { name: 'to', properties: { serviceName: 'service' } } },
      values: {
        ...subnetValues('properties.', '10.1'),
        'properties.addressPrefixes[]': ['10.1.9.0/24', '10.1.9.0/24'],
      },
      differs: { ...ownWords, ...subnetDiffers('properties.') },
    },
    {
      model: 'VirtualNetworkPeering',
      models,
      apiVersion,
      path: (n) => `Microsoft.Network/virtualNetworks/one/virtualNetworkPeerings/p${n}`,
      least: { properties: { remoteVirtualNetwork: { id: `${network}/virtualNetworks/two` } } },
      values: {
        'properties.remoteVirtualNetwork.id': [ids('virtualNetworks')[1], ids('virtualNetworks')[0]],
      },
      differs: {
        ...ownWords,
        ...peeringDiffers('properties.'),
        'properties.remoteVirtualNetwork.id': 'fixed: CannotPeerVirtualNetworkWithItself',
      },
    },
    {
      model: 'PublicIPAddress',
      models,
      apiVersion,
      path: (n) => `Microsoft.Network/publicIPAddresses/a${n}`,
      least: { location, sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static' } },
      values: {
        location: [location, 'westus'],
        'zones[]': ['1', '2'],
        'properties.publicIPPrefix.id': absent('publicIPPrefixes'),
        'properties.natGateway.id': absent('natGateways'),
        'properties.migrationPhase': ['Prepare', 'Commit'],
      },
      differs: {
        ...ownWords,
        ...placed,
        'sku.name': 'fixed: SkuChangeNotAllowed',
        'properties.publicIPAllocationMethod': 'fixed: StandardSkuPublicIPAddressesMustBeStatic',
        ...all('printed', 'properties.ipAddress', 'properties.dnsSettings.fqdn'),
        ...all(absentService, 'properties.publicIPPrefix.id', 'properties.natGateway.id'),
        ...all(
          'NotImplemented',
          'properties.dnsSettings.domainNameLabelScope',
          'properties.ddosSettings.ddosProtectionPlan.id',
        ),
        'properties.migrationPhase': 'InvalidRequestFormat',
        ...Object.fromEntries(
          models.leaves('IPConfiguration').map(({ path }) => [
            `properties.ipConfiguration.${path
              .map((step) => (step === 0 ? '[]' : step))
              .join('.')
              .replaceAll('.[]', '[]')}`,
            'printed',
          ]),
        ),
      },
    },
    {
      model: 'BastionHost',
      models,
      apiVersion,
      path: (n) => `Microsoft.Network/bastionHosts/b${n}`,
      least: {
        location,
        sku: { name: 'Standard' },
        properties: {
          ipConfigurations: [
            {
              name: 'configuration',
              properties: {
                subnet: { id: ids('virtualNetworks', '/subnets/AzureBastionSubnet')[0] },
                publicIPAddress: { id: ids('publicIPAddresses')[0] },
              },
            },
          ],
        },
      },
      values: {
        location: [location, 'westus'],
        'sku.name': ['Standard', 'Premium'],
        'zones[]': ['1', '2'],
        'properties.ipConfigurations[].properties.subnet.id': ids(
          'virtualNetworks',
          '/subnets/AzureBastionSubnet',
        ),
        'properties.ipConfigurations[].properties.publicIPAddress.id': ids('publicIPAddresses'),
        'properties.ipConfigurations[].properties.privateIPAllocationMethod': ['Dynamic', 'Static'],
      },
      differs: {
        ...ownWords,
        location: placed.location,
        ...all('printed', 'properties.ipConfigurations[].id', 'properties.dnsName'),
        'properties.ipConfigurations[].properties.privateIPAllocationMethod': 'fixed: InvalidRequestFormat',
        // Only a Developer host names a network, and it has no configuration.
        'properties.virtualNetwork.id': 'LinkedInvalidPropertyId',
        ...all(
          'BastionHostFeatureNotSupportedBySku',
          'properties.enableSessionRecording',
          'properties.enablePrivateOnlyBastion',
        ),
      },
    },
  ];
}
