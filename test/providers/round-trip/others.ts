import { people } from '../../arm/estate.ts';
import { interfaceModels, mapperModels } from './models.ts';
import { all, ownWords, placed, type Subject } from './subject.ts';

const clusters = await mapperModels('arm-containerservice', 'dist/esm');
const fleets = await interfaceModels('arm-containerservicefleet', 'dist/esm');
const identities = await mapperModels('arm-msi', 'dist/esm');
const arc = await mapperModels('arm-hybridkubernetes', 'dist-esm/src');
const authorization = await mapperModels('arm-authorization', 'dist-esm/src');
const location = 'eastus';
const vmSizes = ['Standard_D2s_v3', 'Standard_D4s_v3'] as const;
const guid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const pool = { name: 'np', mode: 'System', count: 1, vmSize: vmSizes[0] };

const poolDiffers = (path: string) => ({
  ...all(
    'fixed: PropertyChangeNotAllowed',
    ...['vmSize', 'osType', 'osDiskType', 'osDiskSizeGB', 'maxPods', 'vnetSubnetID'].map(
      (member) => path + member,
    ),
  ),
  ...all(
    'printed',
    ...['code', 'message', 'target'].map((member) => `${path}status.provisioningError.${member}`),
  ),
  [`${path}type`]: 'fixed: NotImplemented',
  [`${path}nodePublicIPPrefixID`]: 'InvalidResourceReference',
  [`${path}creationData.sourceResourceId`]: 'NotFound',
});

const poolValues = (path: string, ids: Ids) =>
  ({
    [`${path}vmSize`]: vmSizes,
    [`${path}maxPods`]: [30, 50],
    [`${path}osDiskSizeGB`]: [64, 128],
    [`${path}orchestratorVersion`]: ['1.32', '1.33'],
    [`${path}type`]: ['VirtualMachineScaleSets', 'VirtualMachines'],
    [`${path}vnetSubnetID`]: ids.subnets,
    [`${path}podSubnetID`]: ids.subnets,
    [`${path}nodePublicIPPrefixID`]: ids.absent('Microsoft.Network/publicIPPrefixes'),
    [`${path}proximityPlacementGroupID`]: ids.absent('Microsoft.Compute/proximityPlacementGroups'),
    [`${path}creationData.sourceResourceId`]: ids.absent('Microsoft.ContainerService/snapshots'),
    [`${path}count`]: [2, 3],
    [`${path}upgradeSettings.maxSurge`]: ['1', '33%'],
    [`${path}upgradeSettings.maxUnavailable`]: ['1', '5%'],
  }) as const;

interface Ids {
  readonly group: string;
  readonly subnets: readonly [string, string];
  readonly addresses: readonly [string, string];
  absent(type: string): readonly [string, string];
}

function idsOf(group: string): Ids {
  const network = `${group}/providers/Microsoft.Network`;
  return {
    group,
    subnets: [
      `${network}/virtualNetworks/one/subnets/AzureBastionSubnet`,
      `${network}/virtualNetworks/two/subnets/AzureBastionSubnet`,
    ],
    addresses: [`${network}/publicIPAddresses/one`, `${network}/publicIPAddresses/two`],
    absent: (type) => [`${group}/providers/${type}/none`, `${group}/providers/${type}/none`],
  };
}

const stepNames = {
  'properties.strategy.stages[].name': ['one', 'two'],
  'properties.strategy.stages[].groups[].name': ['blue', 'green'],
  'properties.strategy.stages[].afterStageWaitInSeconds': [60, 120],
} as const;

/** Clusters, pools, fleets and what they hold, of a group with the neighbours of the network types. */
export function containerServiceSubjects(group: string): Subject[] {
  const ids = idsOf(group);
  return [
    {
      model: 'ManagedCluster',
      models: clusters,
      apiVersion: '2025-07-01',
      path: (n) => `Microsoft.ContainerService/managedClusters/k${n}`,
      least: { location, properties: { dnsPrefix: 'k', agentPoolProfiles: [pool] } },
      beside: { identity: { type: 'SystemAssigned' } },
      values: {
        location: [location, 'westus'],
        'properties.kubernetesVersion': ['1.33', '1.34'],
        ...poolValues('properties.agentPoolProfiles[].', ids),
        'properties.apiServerAccessProfile.subnetId': ids.subnets,
        'properties.apiServerAccessProfile.privateDNSZone': ['system', 'none'],
        'properties.diskEncryptionSetID': ids.absent('Microsoft.Compute/diskEncryptionSets'),
        'properties.networkProfile.loadBalancerProfile.outboundIPs.publicIPs[].id': ids.addresses,
        'properties.networkProfile.loadBalancerProfile.outboundIPPrefixes.publicIPPrefixes[].id': ids.absent(
          'Microsoft.Network/publicIPPrefixes',
        ),
      },
      differs: {
        ...ownWords,
        ...placed,
        ...all(
          'NotImplemented',
          ...['resourceId', 'tenantId', 'referralResource', 'location'].map(
            (member) => `identity.delegatedResources{}.${member}`,
          ),
        ),
        // An identity of the other type is named.
        'identity.type': 'fixed: InvalidParameter',
        ...poolDiffers('properties.agentPoolProfiles[].'),
        'properties.agentPoolProfiles[].name': 'fixed: BadRequest',
        // A cluster keeps a system pool with nodes.
        ...all(
          'fixed: InvalidParameter',
          'properties.agentPoolProfiles[].mode',
          'properties.agentPoolProfiles[].powerState.code',
        ),
        ...all('fixed: PropertyChangeNotAllowed', 'properties.dnsPrefix', 'properties.nodeResourceGroup'),
        'properties.networkProfile.loadBalancerProfile.outboundIPPrefixes.publicIPPrefixes[].id':
          'InvalidResourceReference',
        ...all(
          'secret',
          'properties.windowsProfile.adminPassword',
          'properties.servicePrincipalProfile.secret',
        ),
        ...all(
          'printed',
          'properties.powerState.code',
          ...['code', 'message', 'target'].map((member) => `properties.status.provisioningError.${member}`),
        ),
      },
    },
    {
      model: 'AgentPool',
      models: clusters,
      apiVersion: '2025-07-01',
      // No loop takes their nodes away, and a cluster has at most 100.
      path: (n) => `Microsoft.ContainerService/managedClusters/${n % 2 ? 'kept' : 'other'}/agentPools/p${n}`,
      least: { properties: { count: 1, vmSize: vmSizes[0] } },
      values: poolValues('properties.', ids),
      differs: poolDiffers('properties.'),
    },
    {
      model: 'Fleet',
      models: fleets,
      apiVersion: '2025-03-01',
      path: (n) => `Microsoft.ContainerService/fleets/f${n}`,
      least: { location },
      values: {
        location: [location, 'westus'],
        'properties.hubProfile.agentProfile.vmSize': vmSizes,
        'properties.hubProfile.agentProfile.subnetId': ids.subnets,
        'properties.hubProfile.apiServerAccessProfile.subnetId': ids.subnets,
      },
      differs: {
        ...ownWords,
        location: placed.location,
        ...all(
          'fixed: PropertyChangeNotAllowed',
          'properties.hubProfile.dnsPrefix',
          'properties.hubProfile.agentProfile.vmSize',
        ),
        // Two that only a private hub takes, and it needs both.
        'properties.hubProfile.agentProfile.subnetId': 'AgentSubnetUnsupported',
        'properties.hubProfile.apiServerAccessProfile.subnetId': 'APIServerSubnetUnsupported',
        ...all(
          'InvalidParameter',
          'properties.hubProfile.apiServerAccessProfile.enablePrivateCluster',
          'properties.hubProfile.apiServerAccessProfile.enableVnetIntegration',
        ),
      },
    },
    {
      model: 'FleetMember',
      models: fleets,
      apiVersion: '2025-03-01',
      path: (n) => `Microsoft.ContainerService/fleets/kept/members/m${n}`,
      least: {
        properties: {
          clusterResourceId: `${group}/providers/Microsoft.ContainerService/managedClusters/kept`,
        },
      },
      values: {
        'properties.clusterResourceId': [
          `${group}/providers/Microsoft.ContainerService/managedClusters/kept`,
          `${group}/providers/Microsoft.ContainerService/managedClusters/other`,
        ],
      },
      differs: { 'properties.clusterResourceId': 'fixed: PropertyChangeNotAllowed' },
    },
    {
      model: 'FleetUpdateStrategy',
      models: fleets,
      apiVersion: '2025-03-01',
      path: (n) => `Microsoft.ContainerService/fleets/runs/updateStrategies/s${n}`,
      least: { properties: { strategy: { stages: [{ name: 's', groups: [{ name: 'blue' }] }] } } },
      values: stepNames,
      differs: {},
    },
    {
      model: 'UpdateRun',
      models: fleets,
      apiVersion: '2025-03-01',
      path: (n) => `Microsoft.ContainerService/fleets/runs/updateRuns/r${n}`,
      least: { properties: { managedClusterUpdate: { upgrade: { type: 'NodeImageOnly' } } } },
      beside: { 'properties.strategy.stages[]': { name: 's', groups: [{ name: 'blue' }] } },
      values: {
        ...stepNames,
        'properties.updateStrategyId': ['blue', 'green'].map(
          (name) => `${group}/providers/Microsoft.ContainerService/fleets/runs/updateStrategies/${name}`,
        ) as [string, string], // Two of two.
        'properties.managedClusterUpdate.nodeImageSelection.type': ['Latest', 'Consistent'],
      },
      differs: {
        // A version is asked for with these and not with the others.
        'properties.managedClusterUpdate.upgrade.type': 'RequiredPropertyMissing',
        'properties.managedClusterUpdate.upgrade.kubernetesVersion': 'InvalidParameter',
        'properties.managedClusterUpdate.nodeImageSelection.type': 'fixed: PropertyChangeNotAllowed',
      },
    },
  ];
}

/** Identities, Arc clusters, roles. */
export function otherSubjects(group: string): Subject[] {
  const contributor = `${group.split('/resourceGroups')[0]}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c`;
  return [
    {
      model: 'Identity',
      models: identities,
      apiVersion: '2023-01-31',
      path: (n) => `Microsoft.ManagedIdentity/userAssignedIdentities/identity${n}`,
      least: { location },
      values: { location: [location, 'westus'] },
      differs: { ...ownWords, location: placed.location },
    },
    {
      model: 'FederatedIdentityCredential',
      models: identities,
      apiVersion: '2023-01-31',
      path: (n) =>
        `Microsoft.ManagedIdentity/userAssignedIdentities/kept/federatedIdentityCredentials/credential${n}`,
      least: { properties: { issuer: 'https://issuer.test/', subject: 'subject', audiences: ['audience'] } },
      values: { 'properties.issuer': ['https://one.test/', 'https://two.test/path'] },
      differs: ownWords,
    },
    {
      model: 'ConnectedCluster',
      models: arc,
      apiVersion: '2024-01-01',
      path: (n) => `Microsoft.Kubernetes/connectedClusters/c${n}`,
      least: {
        location,
        identity: { type: 'SystemAssigned' },
        properties: { agentPublicKeyCertificate: '' },
      },
      values: { location: [location, 'westus'] },
      differs: { ...ownWords, location: placed.location, ...all('printed', 'properties.provisioningState') },
    },
    {
      model: 'RoleAssignmentCreateParameters',
      models: authorization,
      apiVersion: '2022-04-01',
      path: (n) => `Microsoft.Authorization/roleAssignments/${guid(n)}`,
      least: { properties: { roleDefinitionId: contributor, principalId: people.reader.objectId } },
      values: {
        'properties.roleDefinitionId': [contributor, contributor],
        'properties.principalId': [people.reader.objectId, people.nobody.objectId],
        'properties.principalType': ['User', 'Group'],
      },
      differs: {
        // A condition that nobody evaluates would give more than it says.
        ...all('NotImplemented', 'properties.condition', 'properties.conditionVersion'),
        'properties.principalId': 'fixed: RoleAssignmentUpdateNotPermitted',
        'properties.principalType': 'fixed: UnmatchedPrincipalType',
      },
    },
    {
      model: 'RoleDefinition',
      models: authorization,
      apiVersion: '2022-04-01',
      path: (n) => `Microsoft.Authorization/roleDefinitions/${guid(n)}`,
      least: {
        properties: {
          roleName: 'round trip',
          permissions: [{ actions: ['Microsoft.Network/*/read'] }],
          assignableScopes: [group],
        },
      },
      values: {
        'properties.assignableScopes[]': [group, group],
        ...Object.fromEntries(
          ['actions', 'notActions', 'dataActions', 'notDataActions'].map((list) => [
            `properties.permissions[].${list}[]`,
            ['Microsoft.Network/virtualNetworks/read', 'Microsoft.Compute/disks/read'] as const,
          ]),
        ),
      },
      differs: all('printed', 'properties.type'),
    },
  ];
}
