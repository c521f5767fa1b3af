import type { ResourceRecord } from '../../../arm/index.ts';
import { type LoopParts, RetryLater, runRecordLoop, settle } from '../../loop.ts';
import { agentPoolType } from '../managed-clusters/pools.ts';
import { clusterIdOfPool, profilesOf, systemNodes } from './type.ts';

/**
 * Ends what was begun with a pool when its cluster has settled; a pool that goes is taken out of its cluster first. What
 * its cluster is doing has a time, and a reason when it fails: both are the pool's.
 */
export function runAgentPools(parts: LoopParts) {
  return runRecordLoop({
    ...parts,
    type: agentPoolType,
    endsByItself: true,
    reconcile: (id) => reconcile(id, parts),
  });
}

async function reconcile(id: string, { records }: LoopParts): Promise<void> {
  const pool = await records.get(id);
  if (!pool || pool.provisioningState === 'Succeeded' || pool.provisioningState === 'Failed') return;
  const cluster = await records.get(clusterIdOfPool(id));
  if (!cluster) {
    await records.remove(id);
    return;
  }
  if (cluster.provisioningState === 'Failed') {
    const failed = cluster.lastOperation?.error ?? cannot(`The managed cluster '${cluster.name}' failed.`);
    await settle(records, pool, { failed });
    return;
  }
  if (cluster.provisioningState !== 'Succeeded') throw new RetryLater('its cluster is being changed');
  if (pool.provisioningState !== 'Deleting') {
    await settle(records, pool, 'Succeeded');
    return;
  }
  if (!profilesOf(cluster).some((profile) => profile.string('name') === pool.name)) {
    await records.remove(id);
    return;
  }
  if (!leavesSystemPool(cluster, pool.name)) {
    // Of two pools that were to go at the same moment, the other one went first.
    const failed = cannot('The last system pool of a cluster with nodes cannot be deleted.');
    await settle(records, pool, { failed });
    return;
  }
  await records.update(cluster.id, (current) => withoutPool(current, pool.name));
  throw new RetryLater('its nodes are being removed');
}

function cannot(message: string) {
  return { code: 'OperationNotAllowed', message };
}

function leavesSystemPool(cluster: ResourceRecord, name: string): boolean {
  return profilesOf(cluster)
    .filter((profile) => profile.string('name') !== name)
    .map(({ value }) => systemNodes(value))
    .some(({ mode, count }) => mode === 'System' && count > 0);
}

/** The cluster without one of its pools; undefined while something else is being done to it. */
function withoutPool(cluster: ResourceRecord, name: string): ResourceRecord | undefined {
  if (cluster.provisioningState !== 'Succeeded') return undefined;
  const agentPoolProfiles = profilesOf(cluster)
    .filter((profile) => profile.string('name') !== name)
    .map(({ value }) => value);
  return {
    ...cluster,
    properties: { ...cluster.properties, agentPoolProfiles },
    provisioningState: 'Updating',
  };
}
