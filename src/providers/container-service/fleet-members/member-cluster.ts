import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import { CannotConverge } from '../../endings.ts';
import { Fields } from '../../fields.ts';
import {
  arcClusterIdOf,
  connectedClusterType,
  instanceIdOf,
} from '../../kubernetes/connected-clusters/record.ts';
import { clusterIdOf } from '../managed-clusters/record.ts';

/**
 * The UUID of the cluster behind a member's resource, an AKS cluster or a connected one; undefined while it is being
 * made. Throws `CannotConverge` when there will be none.
 */
export async function memberClusterIdOf(
  cluster: ResourceRecord,
  records: RecordReader,
): Promise<string | undefined> {
  refuseFailed(cluster);
  if (cluster.type.toLowerCase() !== connectedClusterType.toLowerCase()) return clusterIdOf(cluster);
  const instance = await records.get(instanceIdOf(cluster.id));
  if (!instance) {
    const connectivity = new Fields(cluster.properties).string('connectivityStatus') ?? 'Offline';
    throw new CannotConverge(
      'ClusterNotConnected',
      `The connected cluster '${cluster.id}' cannot join a fleet: it has no provisioned cluster instance that could be reached, and its connectivity status is ${connectivity}.`,
    );
  }
  refuseFailed(instance);
  return arcClusterIdOf(instance);
}

function refuseFailed({ id, provisioningState }: ResourceRecord): void {
  if (provisioningState !== 'Failed' && provisioningState !== 'Deleting') return;
  throw new CannotConverge(
    'BadRequest',
    `The cluster cannot join a fleet: the provisioning state of '${id}' is ${provisioningState}.`,
  );
}
