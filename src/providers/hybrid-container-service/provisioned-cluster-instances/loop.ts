import type { ResourceRecord } from '../../../arm/index.ts';
import { jsonEqual, rfc3339Seconds } from '../../../base/index.ts';
import type { ClusterOrder } from '../../cluster-supply.ts';
import {
  arcClusterIdOf,
  connectedClusterType,
  instanceIdOf,
} from '../../kubernetes/connected-clusters/record.ts';
import type { ArcSettings } from '../../kubernetes/settings.ts';
import { CannotConverge, type LoopParts, RetryLater, runRecordLoop, settle } from '../../loop.ts';
import { networkOrder } from './addresses.ts';
import { demandAddresses } from './enough-addresses.ts';
import { connectedClusterIdOf, instanceOrder, instanceType } from './record.ts';

const agentVersion = '1.29.3';

/** Makes the cluster behind every instance and reports it on the connected cluster. */
export function runProvisionedClusterInstances(parts: LoopParts, settings: ArcSettings) {
  return runRecordLoop({
    ...parts,
    type: instanceType,
    // Who may enter the cluster stands on the connected cluster.
    follows: [{ type: connectedClusterType, idFor: instanceIdOf }],
    reconcile: (id) => reconcile(id, parts, settings),
  });
}

async function reconcile(id: string, parts: LoopParts, settings: ArcSettings): Promise<void> {
  const instance = await parts.records.get(id);
  if (!instance || instance.provisioningState === 'Failed') return;
  if (instance.provisioningState === 'Deleting') {
    await remove(instance, parts, settings);
    return;
  }
  const connectedId = connectedClusterIdOf(id);
  const connected = await parts.records.get(connectedId);
  if (!connected)
    throw new CannotConverge('ResourceNotFound', `The connected cluster '${connectedId}' was not found.`);
  await provision(instance, connected, { parts, settings });
}

async function provision(
  instance: ResourceRecord,
  connected: ResourceRecord,
  { parts, settings }: { parts: LoopParts; settings: ArcSettings },
): Promise<void> {
  const { order, record } = instanceOrder(instance, connected, {
    ...parts,
    publicDomain: settings.publicDomain,
    network: await networkOrder(instance, parts.records),
  });
  const isSettled = instance.provisioningState === 'Succeeded';
  if (!isSettled) await demandAddresses(instance, parts.records);
  if (instance.provisioningState === 'Accepted' || !jsonEqual(record.internal, instance.internal)) {
    // The choices are written before the cluster is made, so that a crash in between finds the same ones again.
    await parts.records.update(instance.id, (current) => ({
      ...current,
      internal: { ...current.internal, ...record.internal },
      ...(current.provisioningState === 'Accepted' && { provisioningState: 'Creating' }),
    }));
    return;
  }
  const cluster = await settings.clusters.ensure(order);
  const wanted = order.nodes.flatMap((pool) => pool.nodeNames);
  const ready = isSettled ? wanted : await cluster.readyNodes();
  if (wanted.some((name) => !ready.includes(name))) throw new RetryLater('nodes are not ready yet');
  await reportConnected(connected, order, parts);
  if (!isSettled) await settle(parts.records, instance, 'Succeeded');
}

async function reportConnected(
  connected: ResourceRecord,
  order: ClusterOrder,
  parts: LoopParts,
): Promise<void> {
  const nodeCount = order.nodes.reduce((sum, pool) => sum + pool.nodeNames.length, 0);
  const coreCount = order.nodes.reduce((sum, pool) => sum + pool.nodeNames.length * pool.cpuCores, 0);
  await parts.records.update(connected.id, (current) => {
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
  await parts.records.remove(instance.id);
}
