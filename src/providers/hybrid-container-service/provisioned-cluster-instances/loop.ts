import { isFinalState, type ResourceRecord } from '../../../arm/index.ts';
import { jsonEqual, rfc3339Seconds } from '../../../base/index.ts';
import type { Reconciled } from '../../../reconcile/index.ts';
import type { ClusterOrder } from '../../cluster-supply.ts';
import { DrainWatches } from '../../container-service/managed-clusters/drain-watches.ts';
import { end } from '../../container-service/managed-clusters/endings.ts';
import {
  abandoned,
  stepUpgrade,
  type UpgradePass,
} from '../../container-service/managed-clusters/upgrade-loop.ts';
import { type UpgradeWork, workOf } from '../../container-service/managed-clusters/upgrade-work.ts';
import {
  arcClusterIdOf,
  connectedClusterType,
  instanceIdOf,
} from '../../kubernetes/connected-clusters/record.ts';
import type { ArcSettings } from '../../kubernetes/settings.ts';
import { CannotConverge, type LoopParts, RetryLater, runRecordLoop, settle } from '../../loop.ts';
import { networkOrder } from './addresses.ts';
import { demandAddresses } from './enough-addresses.ts';
import { accessOrder, connectedClusterIdOf, instanceOrder, instanceType, withChoices } from './record.ts';
import { arcSubject } from './upgrade.ts';

const agentVersion = '1.29.3';
/** However much changes in a cluster, a drain asks its pods to go this often at most. */
const drainPauseMs = 250;

/** Makes the cluster behind every instance and reports it on the connected cluster. */
export function runProvisionedClusterInstances(parts: LoopParts, settings: ArcSettings) {
  const drains = new DrainWatches((id) => loop.enqueue(id, drainPauseMs));
  const pass: UpgradePass = {
    parts,
    settings,
    subject: arcSubject(parts, (record) => orderOf(record, parts, settings)),
    watchDrains: (record, upkeep) => drains.follow(record.id, upkeep),
  };
  const loop = runRecordLoop({
    ...parts,
    type: instanceType,
    leaves: (record) => abandoned(record, pass),
    // Who may enter the cluster stands on the connected cluster.
    follows: [{ type: connectedClusterType, idFor: instanceIdOf }],
    reconcile: (id) => reconcile(id, pass, settings),
  });
  return {
    ...loop,
    async stop() {
      drains.close();
      await loop.stop();
    },
  };
}

async function reconcile(
  id: string,
  pass: UpgradePass,
  settings: ArcSettings,
): Promise<Reconciled | undefined> {
  const { parts } = pass;
  const instance = await parts.records.get(id);
  if (!instance) return undefined;
  if (instance.provisioningState === 'Failed') {
    await admit(instance, parts, settings);
    return undefined;
  }
  if (instance.provisioningState === 'Deleting') {
    pass.watchDrains(instance, undefined);
    await remove(instance, parts, settings);
    return undefined;
  }
  const work = workOf(instance);
  if (work && !isFinalState(instance.provisioningState)) {
    if (!isBegun(work)) await demandAddresses(instance, parts.records);
    const progress = await stepUpgrade(instance, pass);
    if (progress && 'ended' in progress) await endUpgrade(progress.ended, progress.work, pass);
    return progress && 'againAfterMs' in progress ? progress : undefined;
  }
  await provision(instance, parts, settings);
  return undefined;
}

/** Nothing of it, or of the group of nodes that is next, has been begun. */
function isBegun({ plane, pools }: UpgradeWork): boolean {
  return plane ? plane.untilMs !== undefined : pools[0]?.begun === true;
}

/** Who may enter a cluster that failed is still the connected cluster's to say; nothing else of it changes. */
async function admit(instance: ResourceRecord, { records }: LoopParts, settings: ArcSettings): Promise<void> {
  const connected = await records.get(connectedClusterIdOf(instance.id));
  const cluster = settings.clusters.get(arcClusterIdOf(instance) ?? '');
  if (connected) await cluster?.admit(accessOrder(connected));
}

async function endUpgrade(record: ResourceRecord, work: UpgradeWork, pass: UpgradePass): Promise<void> {
  pass.watchDrains(record, undefined);
  const order = await pass.subject.order(record);
  await pass.settings.clusters.ensure(order);
  await reportConnected(record.id, order, pass.parts);
  const [first] = work.failures;
  if (!first) {
    await end(record, pass.parts, 'Succeeded');
    return;
  }
  const message = work.failures.map((failure) => failure.message).join(' ');
  await end(record, pass.parts, { failed: { code: first.code, message }, isCanceled: false });
}

async function orderOf(
  instance: ResourceRecord,
  { records }: LoopParts,
  { publicDomain }: ArcSettings,
): Promise<ClusterOrder> {
  const connectedId = connectedClusterIdOf(instance.id);
  const connected = await records.get(connectedId);
  if (!connected)
    throw new CannotConverge('ResourceNotFound', `The connected cluster '${connectedId}' was not found.`);
  return instanceOrder(instance, connected, {
    publicDomain,
    network: await networkOrder(instance, records),
  });
}

async function provision(instance: ResourceRecord, parts: LoopParts, settings: ArcSettings): Promise<void> {
  const isSettled = instance.provisioningState === 'Succeeded';
  if (!isSettled) await demandAddresses(instance, parts.records);
  const chosen = withChoices(instance, parts.random);
  if (instance.provisioningState === 'Accepted' || !jsonEqual(chosen.internal, instance.internal)) {
    // The choices are written before the cluster is made, so that a crash in between finds the same ones again.
    await parts.records.update(instance.id, (current) => ({
      ...withChoices(current, parts.random),
      ...(current.provisioningState === 'Accepted' && { provisioningState: 'Creating' }),
    }));
    return;
  }
  const order = await orderOf(instance, parts, settings);
  const cluster = await settings.clusters.ensure(order);
  const wanted = order.nodes.flatMap((pool) => pool.nodeNames);
  const ready = isSettled ? wanted : await cluster.readyNodes();
  if (wanted.some((name) => !ready.includes(name))) throw new RetryLater('nodes are not ready yet');
  await reportConnected(instance.id, order, parts);
  if (!isSettled) await settle(parts.records, instance, 'Succeeded');
}

async function reportConnected(instanceId: string, order: ClusterOrder, parts: LoopParts): Promise<void> {
  const nodeCount = order.nodes.reduce((sum, pool) => sum + pool.nodeNames.length, 0);
  const coreCount = order.nodes.reduce((sum, pool) => sum + pool.nodeNames.length * pool.cpuCores, 0);
  await parts.records.update(connectedClusterIdOf(instanceId), (current) => {
    const { properties } = current;
    const same =
      properties['connectivityStatus'] === 'Connected' &&
      properties['kubernetesVersion'] === order.kubernetesVersion &&
      properties['totalNodeCount'] === nodeCount &&
      properties['totalCoreCount'] === coreCount;
    if (same) return undefined;
    return {
      ...current,
      properties: {
        ...properties,
        connectivityStatus: 'Connected',
        kubernetesVersion: order.kubernetesVersion,
        totalNodeCount: nodeCount,
        totalCoreCount: coreCount,
        agentVersion,
        offering: 'AzureStackHCI_AKS_Management',
        lastConnectivityTime: rfc3339Seconds(parts.clock.now()),
      },
    };
  });
}

async function remove(instance: ResourceRecord, parts: LoopParts, settings: ArcSettings): Promise<void> {
  const clusterId = arcClusterIdOf(instance);
  if (clusterId) await settings.clusters.remove(clusterId);
  await parts.records.update(connectedClusterIdOf(instance.id), (current) => ({
    ...current,
    properties: { ...current.properties, connectivityStatus: 'Offline' },
  }));
  for (const pool of await parts.records.list(`${instance.id}/agentPools`))
    await parts.records.remove(pool.id);
  await parts.records.remove(instance.id);
}
