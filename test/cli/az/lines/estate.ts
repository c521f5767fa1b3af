import type { JsonObject } from '../../../../src/base/index.ts';
import type { Answer, SeenRequest } from '../estate.ts';

const principal = { id: 'p-1', appId: 'a-1', displayName: 'Fleet', userPrincipalName: 'jane@drydock.local' };
const user = { ...principal, '@odata.type': '#microsoft.graph.user', mail: null };
const owned = [
  { ...principal, '@odata.type': '#microsoft.graph.servicePrincipal', servicePrincipalType: 'Application' },
  { ...principal, id: 'g-1', '@odata.type': '#microsoft.graph.group' },
];
const roleId = '/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/r-1';
const role = {
  id: roleId,
  name: 'r-1',
  type: 'Microsoft.Authorization/roleDefinitions',
  properties: {
    roleName: 'Reader',
    type: 'BuiltInRole',
    description: 'Reads.',
    assignableScopes: ['/'],
    permissions: [{ actions: ['*/read'], notActions: [], dataActions: [], notDataActions: [] }],
  },
};
const provider = (namespace: string) => ({
  id: `/subscriptions/s/providers/${namespace}`,
  namespace,
  registrationState: 'Registered',
  registrationPolicy: 'RegistrationRequired',
  resourceTypes: [
    { resourceType: 'things', apiVersions: ['2025-01-01-preview', '2024-05-01'], locations: ['East US'] },
    { resourceType: 'things/parts', apiVersions: ['2024-06-01'], locations: ['East US'] },
  ],
});

/** An estate that holds one of everything and agrees with every write. */
export function agreeable({ method, url, body }: SeenRequest): Answer {
  const [path = ''] = url.split('?');
  if (path.startsWith('/graph')) return graph(method, path);
  if (method === 'DELETE') return { status: 200 };
  if (method === 'GET' && path.endsWith('/new'))
    return { status: 404, body: { error: { code: 'NotFound' } } };
  if (/Credentials?$|Kubeconfig$/.test(path))
    return { body: { kubeconfigs: [{ name: 'k', value: kubeconfig }] } };
  if (path.endsWith('/kubernetesVersions')) return { body: { values: releases } };
  if (path.endsWith('/upgradeProfiles/default')) return { body: upgradeProfile(path) };
  if (method === 'PUT' || method === 'PATCH')
    return { body: { ...resource(path), ...JSON.parse(body || '{}') } };
  if (path.endsWith('/locations')) return { body: { value: regions } };
  if (path.includes('/roleDefinitions')) return { body: path.endsWith('/r-1') ? role : { value: [role] } };
  const namespace = /\/providers\/([\w.]+)(?:\/(?:un)?register)?$/.exec(path)?.[1];
  if (namespace !== undefined) return { body: provider(namespace) };
  if (path.endsWith('/providers')) return { body: { value: [provider('My.Space')] } };
  if (path.endsWith('/tagNames')) return { body: { value: tagNames } };
  if (method === 'POST') return { body: { done: path } };
  // A path of names and types in turn: an even number of them is a resource, an odd one a list.
  const parts = path.split('/').slice(1);
  const rest = path.includes('/providers/') ? parts.slice(parts.lastIndexOf('providers') + 2) : parts;
  return { body: rest.length % 2 === 0 ? resource(path) : { value: [resource(`${path}/one`)] } };
}

const regions: JsonObject[] = [
  {
    id: '/locations/eastus',
    name: 'eastus',
    displayName: 'East US',
    regionalDisplayName: '(US) East US',
    type: 'Region',
  },
];
const tagNames: JsonObject[] = [
  {
    id: '/tagNames/team',
    tagName: 'team',
    count: { type: 'Total', value: 2 },
    values: [{ id: '/tagNames/team/tagValues/a', tagValue: 'a', count: { type: 'Total', value: 2 } }],
  },
];

function graph(method: string, path: string): Answer {
  if (method === 'DELETE' || method === 'PATCH') return { status: 204 };
  if (path.endsWith('/getMemberGroups')) return { body: { value: ['g-1'] } };
  if (path.endsWith('/getByIds')) return { body: { value: owned } };
  if (path.endsWith('/addPassword')) return { body: { keyId: 'k-1', secretText: 's3cret' } };
  if (path.endsWith('/ownedObjects')) return { body: { value: owned } };
  if (method === 'POST') return { status: 201, body: principal };
  if (/\/(?:users|groups|applications|servicePrincipals)$/.test(path) || path.endsWith('/members')) {
    return { body: { value: [path.endsWith('/users') ? user : principal] } };
  }
  return { body: path.endsWith('/me') ? user : principal };
}

function resource(path: string): JsonObject {
  const name = path.split('/').at(-1) ?? '';
  return {
    id: path,
    name,
    type: path.split('/').slice(-3, -1).join('/'),
    kind: 'ProvisionedCluster',
    location: 'eastus',
    tags: { team: 'a' },
    etag: 'W/"1"',
    identity: { type: 'SystemAssigned', principalId: 'p-1', tenantId: 't' },
    properties: {
      provisioningState: 'Succeeded',
      ...(path.includes('/virtualNetworks/') && network),
      ...(path.includes('/publicIPAddresses/') && {
        ipAddress: '203.0.113.1',
        publicIPAllocationMethod: 'Static',
      }),
      ...(path.includes('/locks/') && { level: 'CanNotDelete', notes: 'why', owners: null }),
      ...(path.includes('/roleAssignments') && {
        roleDefinitionId: roleId,
        principalId: 'p-1',
        principalType: 'User',
        scope: '/',
      }),
      ...(path.includes('/sshPublicKeys/') && { publicKey: 'ssh-rsa AAAA' }),
      ...(path.includes('/managedClusters/') && cluster),
      ...clusters[path.split('/').at(-1) ?? ''],
      ...(path.includes('/agentPools/') && pool),
      ...(path.endsWith('/agentPools/auto') && { enableAutoScaling: true, minCount: 1, maxCount: 9 }),
      ...(path.endsWith('/members/m') && {
        clusterResourceId: `${path.split('/providers/')[0]}${memberCluster}`,
      }),
    },
  };
}

const network: JsonObject = {
  addressSpace: { addressPrefixes: ['10.0.0.0/16', '10.1.0.0/16'] },
  addressPrefix: '10.0.0.0/24',
  dhcpOptions: { dnsServers: ['10.0.0.4'] },
  enableDdosProtection: false,
  subnets: [{ name: 'a' }, { name: 'b' }],
};
const cluster: JsonObject = {
  kubernetesVersion: '1.33',
  currentKubernetesVersion: '1.33.2',
  fqdn: 'c.example.com',
  powerState: { code: 'Running' },
  agentPoolProfiles: [{ name: 'np', count: 2, mode: 'System', vmSize: 'x', orchestratorVersion: '1.33' }],
};
const memberCluster = '/providers/Microsoft.ContainerService/managedClusters/c';

/** Clusters that differ from the others, by name. */
const clusters: Readonly<Record<string, JsonObject>> = {
  two: {
    agentPoolProfiles: [
      { name: 'first', count: 1 },
      { name: 'second', count: 2, mode: 'User' },
    ],
  },
  auto: { agentPoolProfiles: [{ name: 'np', enableAutoScaling: true }] },
  private: { apiServerAccessProfile: { enablePrivateCluster: true } },
};
const pool: JsonObject = {
  count: 2,
  mode: 'System',
  type: 'VirtualMachineScaleSets',
  vmSize: 'Standard_D2s_v3',
  orchestratorVersion: '1.33',
  upgradeSettings: { maxSurge: '10%', drainTimeoutInMinutes: 30 },
};
const releases: JsonObject[] = [
  {
    version: '1.33',
    isDefault: true,
    capabilities: { supportPlan: ['KubernetesOfficial', 'AKSLongTermSupport'] },
    patchVersions: { '1.33.2': { upgrades: ['1.33.10', '1.34.0'] }, '1.33.10': { upgrades: [] } },
  },
  { version: '1.35', isPreview: true, patchVersions: { '1.35.0': {} } },
];

function upgradeProfile(path: string): JsonObject {
  const of = (more: JsonObject) => ({ id: path, name: 'default', type: 'upgradeProfiles', properties: more });
  if (path.includes('/fresh/')) return of({});
  const upgrades = [{ kubernetesVersion: '1.34.0' }, { kubernetesVersion: '1.35.0', isPreview: true }];
  const plain = { kubernetesVersion: '1.33.2', osType: 'Linux', upgrades };
  if (path.includes('/agentPools/')) return of({ ...plain, latestNodeImageVersion: 'image-1' });
  return of({ controlPlaneProfile: plain, agentPoolProfiles: [{ ...plain, name: 'np' }] });
}

const kubeconfig = Buffer.from(
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: 'https://c.test' } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  }),
).toString('base64');
