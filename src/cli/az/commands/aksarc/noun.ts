import { isObject, type Json, type JsonObject } from '../../../../base/index.ts';
import type { Call, Flags } from '../../declaration.ts';
import { required, resourceGroup } from '../../declare/flags.ts';
import { type Noun, pathOf } from '../../declare/verbs.ts';

const connected =
  '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Kubernetes/connectedClusters/{name}';
const names = { resourceGroup: resourceGroup(), name: required('--name -n', 'Name of the AKS Arc cluster.') };

/** The connected cluster that an AKS Arc cluster hangs on. */
export const arcHost: Noun = { path: connected, apiVersion: '2024-01-01', names, present: (body) => body };

/** The AKS Arc cluster itself; printed as the service sends it. */
export const arcCluster: Noun = {
  path: `${connected}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`,
  apiVersion: '2024-01-01',
  names,
  present: (body) => body,
};

/** Runs an action of the cluster and follows its operation. */
export async function runArcAction(call: Call<Flags>, action: string): Promise<Json | undefined> {
  const path = `${pathOf(arcCluster, call)}/${action}`;
  return call.session.arm.long({ method: 'POST', path, apiVersion: arcCluster.apiVersion });
}

/** The object that holds `kubeconfigs`, at whatever depth of `properties` the operation put it. */
export function kubeconfigHolder(answer: Json | undefined): JsonObject | undefined {
  if (!isObject(answer)) return undefined;
  return 'kubeconfigs' in answer ? answer : kubeconfigHolder(answer['properties']);
}

/** A pool of nodes of an AKS Arc cluster. */
export const arcPool = {
  path: `${connected.replace('{name}', '{clusterName}')}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default/agentPools/{name}`,
  apiVersion: '2024-01-01',
  names: {
    resourceGroup: resourceGroup(),
    clusterName: required('--cluster-name', 'Name of the AKS Arc cluster.'),
    name: required('--name -n', 'Name of the node pool.'),
  },
  present: (body) => body,
} satisfies Noun;

export function propertiesOf(body: JsonObject): JsonObject {
  return isObject(body['properties']) ? body['properties'] : {};
}

/** What a caller may send of a resource that was read. */
export function writable(body: JsonObject): JsonObject {
  const { extendedLocation = null, tags = null } = body;
  const { provisioningState: _state, status: _status, ...properties } = propertiesOf(body);
  return { ...(tags && { tags }), ...(extendedLocation && { extendedLocation }), properties };
}

/** The pools that stand in the body of a cluster. */
export function inlinePools(body: JsonObject): JsonObject[] {
  const pools = propertiesOf(body)['agentPoolProfiles'];
  return Array.isArray(pools) ? pools.filter(isObject) : [];
}
