import { isDeepStrictEqual } from 'node:util';
import { isFinalState, type ResourceRecord } from '../../../arm/index.ts';
import { type JsonObject, jsonEqual } from '../../../base/index.ts';
import type { Reconciled } from '../../../reconcile/index.ts';
import type { ClusterOrder } from '../../cluster-supply.ts';
import { Fields } from '../../fields.ts';
import { type LoopParts, RetryLater, runRecordLoop } from '../../loop.ts';
import { belongsTo, groupRecord } from '../../managed-group.ts';
import { dropIdentity, withIdentity } from '../../system-identity.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import { abortedOutcome, isAborted, withoutAbort } from './abort.ts';
import { DrainWatches } from './drain-watches.ts';
import { end } from './endings.ts';
import { kubeletIdentity } from './kubelet-identity.ts';
import { powerOfPool } from './pools.ts';
import { powerOf } from './power-state.ts';
import { clusterIdOf, clusterOrder, fleetIdOf, managedClusterType } from './record.ts';
import { renewalOf, withoutRenewal } from './renewals.ts';
import { type UpgradePass as AnyPass, abandoned, stepUpgrade } from './upgrade-loop.ts';
import { withOutcome } from './upgrade-order.ts';
import { managedClusterSubject } from './upgrade-subject.ts';
import { type UpgradeWork, workOf } from './upgrade-work.ts';

interface UpgradePass extends AnyPass {
  readonly settings: ContainerServiceSettings;
}

/** However much changes in a cluster, a drain asks its pods to go this often at most. */
const drainPauseMs = 250;

/** Makes the cluster behind every managed cluster record, and takes it away with the record. */
export function runManagedClusters(parts: LoopParts, settings: ContainerServiceSettings) {
  const drains = new DrainWatches((id) => loop.enqueue(id, drainPauseMs));
  const subject = managedClusterSubject(parts.random);
  const pass: UpgradePass = {
    parts,
    settings,
    subject,
    watchDrains: (record, upkeep) => drains.follow(record.id, upkeep),
  };
  const loop = runRecordLoop({
    ...parts,
    type: managedClusterType,
    reconcile: (id) => reconcile(id, pass),
    leaves: (record) => abandoned(record, pass),
  });
  return {
    ...loop,
    async stop() {
      drains.close();
      await loop.stop();
    },
  };
}

async function reconcile(id: string, pass: UpgradePass): Promise<Reconciled | undefined> {
  const { parts, settings } = pass;
  const record = await parts.records.get(id);
  // The hub of a fleet is made and removed by the fleet's own loop.
  if (!record || fleetIdOf(record)) return undefined;
  if (record.provisioningState === 'Deleting') {
    await removeCluster(record, parts, settings);
    return undefined;
  }
  if (isAborted(record)) {
    await endAborted(record, pass);
    return undefined;
  }
  if (record.provisioningState === 'Failed' || record.provisioningState === 'Canceled') return undefined;
  if (workOf(record) && !isFinalState(record.provisioningState)) {
    const progress = await stepUpgrade(record, pass);
    if (progress && 'ended' in progress) await endUpgrade(progress.ended, progress.work, pass);
    return progress && 'againAfterMs' in progress ? progress : undefined;
  }
  await provision(record, parts, settings);
  return undefined;
}

async function endUpgrade(record: ResourceRecord, work: UpgradeWork, pass: UpgradePass): Promise<void> {
  pass.watchDrains(record, undefined);
  const { parts, settings } = pass;
  const { failures, canceled } = work;
  await settings.clusters.ensure(clusterOrder(record, parts.random).order);
  await showPools(record, parts);
  const [first] = failures;
  if (!first) {
    await end(record, parts, 'Succeeded');
    return;
  }
  const message = failures.map((failure) => failure.message).join(' ');
  await end(record, parts, { failed: { code: first.code, message }, isCanceled: canceled === true });
}

async function endAborted(record: ResourceRecord, pass: UpgradePass): Promise<void> {
  pass.watchDrains(record, undefined);
  const { parts, settings } = pass;
  const ended = abandoned(record, pass);
  if (clusterIdOf(record)) await settings.clusters.ensure(clusterOrder(ended, parts.random).order);
  await parts.records.update(
    record.id,
    (current) =>
      isAborted(current)
        ? {
            ...withOutcome(withoutRenewal(withoutAbort(abandoned(current, pass))), {
              failed: abortedOutcome.error,
            }),
            provisioningState: 'Canceled',
          }
        : undefined,
    abortedOutcome,
  );
  await showPools(ended, parts);
}

async function provision(
  record: ResourceRecord,
  parts: LoopParts,
  settings: ContainerServiceSettings,
): Promise<void> {
  const identified = await withIdentity(record, parts.records, settings);
  const { order, record: chosen } = clusterOrder(identified, parts.random);
  if (!jsonEqual(chosen.internal, identified.internal)) {
    // The choices are written before the cluster is made, so that a crash in between finds the same ones again.
    await parts.records.update(record.id, (current) => ({
      ...current,
      internal: { ...current.internal, ...chosen.internal },
    }));
  }
  const power = powerOf(record);
  if (power === 'Stopped') await settings.clusters.stop(order);
  else await followOrder(record, order, { parts, settings });
  await showPools(record, parts);
  const kubelet = await kubeletIdentity(record, parts, settings);
  if (kubelet && !isDeepStrictEqual(kubelet, identified.internal?.['kubeletIdentity'])) {
    await parts.records.update(record.id, (current) => ({
      ...current,
      internal: { ...current.internal, kubeletIdentity: kubelet },
    }));
  }
  if (record.provisioningState === 'Succeeded') return;
  await end(record, parts, 'Succeeded');
}

/** Keys are made anew under the name that the record has for it, so that a pass cut off in between makes none twice. */
async function followOrder(
  record: ResourceRecord,
  order: ClusterOrder,
  { parts, settings }: { readonly parts: LoopParts; readonly settings: ContainerServiceSettings },
): Promise<void> {
  const renewal = renewalOf(record);
  if (!renewal) {
    await settings.clusters.ensure(order);
    return;
  }
  await settings.clusters.renew(order, renewal);
  await parts.records.update(record.id, (current) =>
    renewalOf(current)?.id === renewal.id ? withoutRenewal(current) : undefined,
  );
}

async function showPools(record: ResourceRecord, { records }: LoopParts): Promise<void> {
  const profiles = new Fields(record.properties).objects('agentPoolProfiles');
  for (const pool of await records.list(`${record.id}/agentPools`)) {
    const profile = profiles.find((one) => one.string('name') === pool.name);
    const power = powerOf(record) === 'Stopped' || !profile ? powerOf(record) : powerOfPool(profile);
    const versions = versionsOf(profile);
    const shown = { ...pool.properties, ...versions, powerState: { code: power } };
    if (jsonEqual(pool.properties, shown)) continue;
    await records.update(pool.id, (current) => ({
      ...current,
      properties: { ...current.properties, ...versions, powerState: { code: power } },
    }));
  }
}

/** What an upgrade of the cluster moves in its pools. */
function versionsOf(profile: Fields | undefined): JsonObject {
  const { orchestratorVersion, currentOrchestratorVersion, nodeImageVersion } = profile?.value ?? {};
  return {
    ...(nodeImageVersion !== undefined && { nodeImageVersion }),
    ...(orchestratorVersion !== undefined && { orchestratorVersion }),
    ...(currentOrchestratorVersion !== undefined && { currentOrchestratorVersion }),
  };
}

async function removeCluster(
  record: ResourceRecord,
  parts: LoopParts,
  settings: ContainerServiceSettings,
): Promise<void> {
  const { records } = parts;
  const clusterId = clusterIdOf(record);
  if (clusterId) await settings.clusters.remove(clusterId);
  await dropIdentity(record, settings);
  await emptyNodeGroup(record, parts);
  for (const pool of await records.list(`${record.id}/agentPools`)) await records.remove(pool.id);
  await records.remove(record.id);
}

/**
 * Has the node resource group go as any group goes, with all that came to be in it, and waits. A group of that name that
 * was not made for this cluster stays; so does one whose deletion was refused.
 */
async function emptyNodeGroup(record: ResourceRecord, { records, log }: LoopParts): Promise<void> {
  const name = new Fields(record.properties).string('nodeResourceGroup');
  const group = name && (await records.get(groupRecord(record, name).id));
  if (!group || !belongsTo(group, record.id)) return;
  if (group.provisioningState !== 'Deleting') {
    if (record.internal?.['nodeGroupAsked'] === true) {
      log.warn('node resource group not deleted', { cluster: record.id, group: group.id });
      return;
    }
    await records.update(group.id, (current) => ({ ...current, provisioningState: 'Deleting' }));
    await records.update(record.id, (current) => ({
      ...current,
      internal: { ...current.internal, nodeGroupAsked: true },
    }));
  }
  throw new RetryLater('its node resource group is being deleted');
}
