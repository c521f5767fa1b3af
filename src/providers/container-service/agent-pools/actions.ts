import {
  ArmError,
  isFinalState,
  type ResourceAction,
  type ResourceRecord,
  refusals,
} from '../../../arm/index.ts';
import { abortAction } from '../managed-clusters/abort.ts';
import { refuseStopped } from '../managed-clusters/power.ts';
import { refuseHub } from '../managed-clusters/type.ts';

/** What is done to a pool beside changing it. */
export const poolActions: Readonly<Record<string, ResourceAction>> = {
  abort: abortAction,
  upgradeNodeImageVersion: {
    mode: 'converged',
    async change({ record, context }) {
      const clusterId = record.id.slice(0, record.id.toLowerCase().lastIndexOf('/agentpools/'));
      const cluster = await context.records.get(clusterId);
      if (!cluster) throw refusals.parentNotFound('write', 'managedClusters/agentPools', clusterId);
      refuseHub(cluster);
      refuseStopped(cluster);
      // Pools are asked for one after the other without waiting in between: each has its turn.
      if (!isFinalState(cluster.provisioningState) && cluster.provisioningState !== 'Upgrading') {
        throw operationInProgress(cluster);
      }
      return {
        ...record,
        provisioningState: 'UpgradingNodeImageVersion',
        internal: { ...record.internal, newImage: true },
      };
    },
  },
};

/** True until the cluster knows that the pool is to get another image. */
export function wantsNewImage({ internal }: Pick<ResourceRecord, 'internal'>): boolean {
  return internal?.['newImage'] === true;
}

export function withoutWish(record: ResourceRecord): ResourceRecord {
  const { newImage: _known, ...internal } = record.internal ?? {};
  return { ...record, internal };
}

function operationInProgress({ name, provisioningState }: ResourceRecord): ArmError {
  return new ArmError(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: another operation is in progress on the managed cluster '${name}' (provisioning state '${provisioningState}'). Please try again later.`,
    { headers: { 'Retry-After': '1' } },
  );
}
