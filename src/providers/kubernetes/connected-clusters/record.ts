import type { ResourceRecord } from '../../../arm/index.ts';

export const connectedClusterType = 'Microsoft.Kubernetes/connectedClusters';

/** The one provisioned cluster instance that a connected cluster can have. */
export function instanceIdOf(connectedClusterId: string): string {
  return `${connectedClusterId}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`;
}

/** The UUID of the cluster behind an instance record; none until its loop has seen the record. */
export function arcClusterIdOf(instance: ResourceRecord): string | undefined {
  const found = instance.internal?.['clusterId'];
  return typeof found === 'string' ? found : undefined;
}
