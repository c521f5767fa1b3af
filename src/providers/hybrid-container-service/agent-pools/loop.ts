import { isFinalState, type ResourceRecord } from '../../../arm/index.ts';
import { type LoopParts, RetryLater, runRecordLoop, settle } from '../../loop.ts';
import { ownPools, poolCalled, profilesOf, withOwnPools } from '../provisioned-cluster-instances/pools.ts';
import { agentPoolType, instanceIdOfChild, instanceType } from '../provisioned-cluster-instances/record.ts';

/**
 * Ends what was begun with a pool when its cluster has settled; a pool that goes is taken out of its cluster first. What
 * its cluster is doing has a time, and a reason when it fails: both are the pool's.
 */
export function runArcAgentPools(parts: LoopParts) {
  const { records } = parts;
  return runRecordLoop({
    ...parts,
    type: agentPoolType,
    endsByItself: true,
    follows: [
      {
        type: instanceType,
        idFor: async (id) => (await records.list(`${id}/agentPools`, agentPoolType)).map((pool) => pool.id),
      },
    ],
    reconcile: (id) => reconcile(id, parts),
  });
}

async function reconcile(id: string, { records }: LoopParts): Promise<void> {
  const pool = await records.get(id);
  if (!pool || isFinalState(pool.provisioningState)) return;
  const cluster = await records.get(instanceIdOfChild(id));
  if (!cluster) {
    await records.remove(id);
    return;
  }
  if (!isFinalState(cluster.provisioningState)) throw new RetryLater('its cluster is being changed');
  const isThere = poolCalled(profilesOf(cluster), pool.name) !== undefined;
  if (pool.provisioningState === 'Deleting' && isThere) {
    await records.update(cluster.id, (current) => withoutPool(current, pool.name));
    throw new RetryLater('its nodes are being removed');
  }
  if (cluster.provisioningState !== 'Succeeded') {
    const message = `The cluster '${cluster.id}' failed.`;
    await settle(records, pool, {
      failed: cluster.lastOperation?.error ?? { code: 'OperationNotAllowed', message },
    });
    return;
  }
  if (pool.provisioningState === 'Deleting') await records.remove(id);
  else await settle(records, pool, 'Succeeded');
}

/** The cluster without one of its pools; undefined while something else is being done to it. */
function withoutPool(cluster: ResourceRecord, name: string): ResourceRecord | undefined {
  if (!isFinalState(cluster.provisioningState)) return undefined;
  const left = profilesOf(cluster).filter(
    (pool) => pool.string('name')?.toLowerCase() !== name.toLowerCase(),
  );
  const own = ownPools(cluster).filter((one) => one.toLowerCase() !== name.toLowerCase());
  return {
    ...cluster,
    properties: { ...cluster.properties, agentPoolProfiles: left.map(({ value }) => value) },
    provisioningState: 'Updating',
    internal: withOwnPools(cluster.internal, own),
  };
}
