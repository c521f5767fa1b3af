import { type ResourceRecord, type RouteCall, refusals } from '../../../arm/index.ts';

/** The path of a cluster in a route. */
export const clusterPath =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/{name}';

/** The cluster that a route below `clusterPath` names. Throws ResourceNotFound. */
export async function demandCluster({
  parameters,
  context,
}: Pick<RouteCall, 'parameters' | 'context'>): Promise<ResourceRecord> {
  const { subscriptionId, resourceGroupName, name } = parameters;
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/${name}`;
  const cluster = await context.records.get(id);
  if (cluster) return cluster;
  throw refusals.resourceNotFound(`Microsoft.ContainerService/managedClusters/${name}`, resourceGroupName);
}
