import { isFinalState, type ResourceRecord } from '../../../arm/index.ts';
import { type LoopParts, RetryLater, runRecordLoop, settle } from '../../loop.ts';
import { abortedOutcome, isAborted, withoutAbort } from '../managed-clusters/abort.ts';
import { agentPoolType, poolNamed } from '../managed-clusters/pools.ts';
import { withWork } from '../managed-clusters/upgrade-work.ts';
import { aksCatalog } from '../releases/catalog.ts';
import { latestImage } from '../releases/node-images.ts';
import { wantsNewImage, withoutWish } from './actions.ts';
import { machinesToGo, withoutMachines } from './delete-machines.ts';
import { profilesOf, systemNodes } from './profiles.ts';
import { clusterIdOfPool, poolWork } from './type.ts';

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
  if (!pool || isFinalState(pool.provisioningState)) return;
  const cluster = await records.get(clusterIdOfPool(id));
  if (!cluster) {
    await records.remove(id);
    return;
  }
  if (isAborted(pool)) {
    await abort(pool, cluster, records);
    return;
  }
  if (wantsNewImage(pool)) {
    await beginImageUpgrade(pool, cluster, records);
    throw new RetryLater('its nodes get another image');
  }
  if (machinesToGo(pool).length > 0) {
    await beginDeletingMachines(pool, cluster, records);
    throw new RetryLater('its machines are being removed');
  }
  if (cluster.provisioningState === 'Canceled') {
    await records.update(
      pool.id,
      (current) => ({ ...current, provisioningState: 'Canceled' }),
      abortedOutcome,
    );
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

/** What its cluster does for it ends, and then it does. */
async function abort(
  pool: ResourceRecord,
  cluster: ResourceRecord,
  records: LoopParts['records'],
): Promise<void> {
  if (!isFinalState(cluster.provisioningState)) {
    await records.update(cluster.id, (current) =>
      isFinalState(current.provisioningState) ||
      isAborted(current) ||
      current.provisioningState === 'Deleting'
        ? undefined
        : { ...current, provisioningState: 'Canceling', internal: { ...current.internal, aborted: true } },
    );
    throw new RetryLater('what is done to its cluster is being aborted');
  }
  await records.update(
    pool.id,
    (current) => ({ ...withoutWish(withoutAbort(current)), provisioningState: 'Canceled' }),
    abortedOutcome,
  );
}

/** The wish goes from the pool to its cluster, whose loop does the work; two pools are done one after the other. */
async function beginImageUpgrade(
  pool: ResourceRecord,
  cluster: ResourceRecord,
  records: LoopParts['records'],
): Promise<void> {
  if (!isFinalState(cluster.provisioningState)) throw new RetryLater('its cluster is being changed');
  const catalog = await aksCatalog(records);
  await records.update(cluster.id, (current) => {
    if (current.provisioningState !== cluster.provisioningState) return undefined;
    const profile = poolNamed(profilesOf(current), pool.name);
    if (!profile) return undefined;
    const version = profile.string('currentOrchestratorVersion') ?? '';
    const work = poolWork(current, { name: pool.name, version, image: latestImage(profile, catalog) });
    return {
      ...current,
      provisioningState: 'Upgrading',
      internal: withWork(current.internal, work),
    };
  });
  await records.update(pool.id, (current) => (wantsNewImage(current) ? withoutWish(current) : undefined));
}

/** Machines go from the cluster first; what a pass cut off in between has done is found done by the next. */
async function beginDeletingMachines(
  pool: ResourceRecord,
  cluster: ResourceRecord,
  records: LoopParts['records'],
): Promise<void> {
  if (!isFinalState(cluster.provisioningState)) throw new RetryLater('its cluster is being changed');
  let count = pool.properties['count'] ?? 0;
  await records.update(cluster.id, (current) => {
    if (!isFinalState(current.provisioningState)) throw new RetryLater('its cluster is being changed');
    const changed = withoutMachines(current, pool.name, machinesToGo(pool));
    count = poolNamed(profilesOf(changed ?? current), pool.name)?.value['count'] ?? count;
    return changed;
  });
  await records.update(pool.id, (current) =>
    machinesToGo(current).length > 0
      ? { ...withoutWish(current), properties: { ...current.properties, count } }
      : undefined,
  );
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
