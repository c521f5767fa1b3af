import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { CannotConverge, type LoopParts, RetryLater, runRecordLoop, settle } from '../../loop.ts';
import { powerOf } from '../managed-clusters/power-state.ts';
import { managedClusterType } from '../managed-clusters/record.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import { memberClusterIdOf } from './member-cluster.ts';
import { fleetIdOfMember, fleetMemberType, hubIdOf, serviceLabels } from './record.ts';

interface Members extends LoopParts {
  readonly settings: ContainerServiceSettings;
}

/** Joins every member to its fleet's hub, and lets it leave with the record. */
export function runFleetMembers(parts: LoopParts, settings: ContainerServiceSettings) {
  return runRecordLoop({
    ...parts,
    type: fleetMemberType,
    // An agent is back when its cluster is started again.
    follows: [{ type: managedClusterType, idFor: (clusterId) => membersOn(clusterId, parts.records) }],
    reconcile: (id, signal) => reconcile(id, { ...parts, settings }, signal),
  });
}

async function membersOn(clusterId: string, records: RecordReader): Promise<readonly string[]> {
  const members = await records.list('', fleetMemberType);
  const isOn = ({ properties }: ResourceRecord) =>
    new Fields(properties).string('clusterResourceId')?.toLowerCase() === clusterId.toLowerCase();
  return members.filter(isOn).map(({ id }) => id);
}

async function reconcile(id: string, members: Members, signal: AbortSignal): Promise<void> {
  const member = await members.records.get(id);
  if (!member || member.provisioningState === 'Failed') return;
  if (member.provisioningState === 'Leaving') {
    await removeMember(member, members, { settings: members.settings, signal });
    return;
  }
  const isSettled = member.provisioningState === 'Succeeded';
  try {
    await joinHub(member, members, signal);
  } catch (thrown) {
    // What has joined once stays a member; what is wrong with its cluster shows on the hub.
    if (isSettled && thrown instanceof RetryLater) return;
    throw thrown;
  }
  if (!isSettled) await settle(members.records, member, 'Succeeded');
}

async function joinHub(member: ResourceRecord, members: Members, signal: AbortSignal): Promise<void> {
  const { records, settings } = members;
  const fleet = await records.get(fleetIdOfMember(member.id));
  // A fleet without a hub only orchestrates updates: its members have nothing to join.
  if (!fleet || !new Fields(fleet.properties).has('hubProfile')) return;
  if (fleet.provisioningState === 'Failed') {
    throw new CannotConverge('BadRequest', `The provisioning state of the fleet '${fleet.id}' is Failed.`);
  }
  const hubId = await hubIdOf(fleet.id, records);
  if (!hubId || fleet.provisioningState !== 'Succeeded') throw new RetryLater('the hub is not ready yet');
  const clusterResourceId = new Fields(member.properties).string('clusterResourceId') ?? '';
  const cluster = await records.get(clusterResourceId);
  if (!cluster)
    throw new CannotConverge('BadRequest', `The member cluster '${clusterResourceId}' was not found.`);
  if (powerOf(cluster) === 'Stopped') {
    throw new CannotConverge(
      'BadRequest',
      `The member cluster '${cluster.id}' is stopped. Start it and try again.`,
    );
  }
  const memberClusterId = await memberClusterIdOf(cluster, records);
  if (!memberClusterId || !settings.clusters.get(memberClusterId)) {
    throw new RetryLater('the member cluster is not ready yet');
  }
  const labels = { ...new Fields(member.properties).stringMap('labels'), ...serviceLabels(member, cluster) };
  await settings.fleets.join({ hubId, memberClusterId, memberName: member.name, labels }, signal);
}

/** Takes a member out of its hub, with its agent's help where its cluster still runs, and removes its record. */
export async function removeMember(
  member: ResourceRecord,
  { records }: Pick<LoopParts, 'records'>,
  { settings, signal }: { readonly settings: ContainerServiceSettings; readonly signal: AbortSignal },
): Promise<void> {
  const hubId = await hubIdOf(fleetIdOfMember(member.id), records);
  const cluster = await records.get(new Fields(member.properties).string('clusterResourceId') ?? '');
  const memberClusterId = cluster ? await knownClusterId(cluster, records) : undefined;
  if (hubId) {
    const memberName = member.name;
    await settings.fleets.leave(
      { hubId, memberName, ...(memberClusterId ? { memberClusterId } : {}) },
      signal,
    );
  }
  await records.remove(member.id);
}

async function knownClusterId(
  cluster: ResourceRecord,
  records: LoopParts['records'],
): Promise<string | undefined> {
  try {
    return await memberClusterIdOf(cluster, records);
  } catch (thrown) {
    if (thrown instanceof CannotConverge) return undefined;
    throw thrown;
  }
}
