import { type ArmRoute, type RouteCall, refusals } from '../../../arm/index.ts';
import type { Json } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { managedClusterVersions } from '../api-versions.ts';
import { clusterPath, demandCluster } from '../managed-clusters/route-cluster.ts';

const locations = '/subscriptions/{subscriptionId}/providers/Microsoft.ContainerService/locations/{location}';

/** What can be read of clusters and regions where there is little here to tell. */
export const clusterFactRoutes: readonly ArmRoute[] = [
  list(`${clusterPath}/outboundNetworkDependenciesEndpoints`, outboundEndpoints),
  list(`${clusterPath}/privateLinkResources`, privateLinkResources),
  // Nobody can connect to a cluster through a private endpoint.
  list(`${clusterPath}/privateEndpointConnections`, ofCluster),
  one(`${clusterPath}/privateEndpointConnections`, ofCluster),
  // No service mesh is offered, so no cluster has one.
  list(`${clusterPath}/meshUpgradeProfiles`, ofCluster),
  one(`${clusterPath}/meshUpgradeProfiles`, ofCluster),
  list(`${locations}/meshRevisionProfiles`, () => []),
  one(`${locations}/meshRevisionProfiles`, () => []),
  // Trusted access is for services that this estate does not have.
  list(`${locations}/trustedAccessRoles`, () => []),
];

type Reader = (call: RouteCall) => Promise<readonly Json[]> | readonly Json[];

function list(path: string, read: Reader): ArmRoute {
  return {
    ...shared(path),
    handle: async (call) => ({ status: 200, body: { value: [...(await read(call))] } }),
  };
}

/** Of a list that is always empty. */
function one(path: string, read: Reader): ArmRoute {
  return {
    ...shared(path, '/{item}'),
    async handle(call) {
      await read(call);
      const { name, item, resourceGroupName } = call.parameters;
      const above = name === undefined ? 'locations' : `managedClusters/${name}`;
      const type = path.slice(path.lastIndexOf('/') + 1);
      throw refusals.resourceNotFound(
        `Microsoft.ContainerService/${above}/${type}/${item}`,
        resourceGroupName ?? '',
      );
    },
  };
}

function shared(path: string, item = '') {
  const type = path
    .slice(path.indexOf('/Microsoft.ContainerService/') + 1)
    .split('/')
    .filter((word) => !word.startsWith('{'))
    .join('/');
  return {
    method: 'GET',
    path: `${path}${item}`,
    apiVersions: managedClusterVersions,
    lowestApiVersion: '2020-11-01',
    permission: `${type}/read`,
  } as const;
}

async function ofCluster(call: RouteCall): Promise<readonly Json[]> {
  await demandCluster(call);
  return [];
}

/** Nodes here are simulated: they speak to their API server and to nothing else. */
async function outboundEndpoints(call: RouteCall): Promise<readonly Json[]> {
  const properties = new Fields((await demandCluster(call)).properties);
  const domainName = properties.string('privateFQDN') ?? properties.string('fqdn') ?? '';
  return [
    {
      category: 'apiserver',
      endpoints: [{ domainName, endpointDetails: [{ port: 443, protocol: 'Https' }] }],
    },
  ];
}

async function privateLinkResources(call: RouteCall): Promise<readonly Json[]> {
  const cluster = await demandCluster(call);
  const access = new Fields(cluster.properties).object('apiServerAccessProfile');
  if (access.boolean('enablePrivateCluster') !== true) return [];
  return [
    {
      id: `${cluster.id}/privateLinkResources/management`,
      name: 'management',
      type: 'Microsoft.ContainerService/managedClusters/privateLinkResources',
      groupId: 'management',
      requiredMembers: ['management'],
    },
  ];
}
