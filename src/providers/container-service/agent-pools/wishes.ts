import {
  ArmError,
  isFinalState,
  type ResourceRecord,
  refusals,
  type TypeContext,
} from '../../../arm/index.ts';
import { refuseHub } from '../managed-clusters/hub.ts';
import { refuseStopped } from '../managed-clusters/power.ts';
import { clusterAbove } from '../managed-clusters/record.ts';

/** The cluster of a pool, as long as it can be asked for something. */
export async function clusterThatTakesWishes(
  pool: ResourceRecord,
  { records }: Pick<TypeContext, 'records'>,
): Promise<ResourceRecord> {
  const clusterId = clusterAbove(pool.id);
  const cluster = await records.get(clusterId);
  if (!cluster) throw refusals.parentNotFound('write', 'managedClusters/agentPools', clusterId);
  refuseHub(cluster);
  refuseStopped(cluster);
  // Pools are asked for one after the other without waiting in between: each has its turn.
  if (isFinalState(cluster.provisioningState) || cluster.provisioningState === 'Upgrading') return cluster;
  throw operationInProgress(cluster);
}

function operationInProgress({ name, provisioningState }: ResourceRecord): ArmError {
  return new ArmError(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: another operation is in progress on the managed cluster '${name}' (provisioning state '${provisioningState}'). Please try again later.`,
    { headers: { 'Retry-After': '1' } },
  );
}
