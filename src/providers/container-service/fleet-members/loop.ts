import type { ResourceRecord } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { type LoopParts, RetryLater, runRecordLoop } from '../../loop.ts';
import { clusterIdOf } from '../managed-clusters/record.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import { fleetIdOfMember, fleetMemberType, hubIdOf, serviceLabels } from './record.ts';

/** Joins every member to its fleet's hub, and lets it leave with the record. */
export function runFleetMembers(parts: LoopParts, settings: ContainerServiceSettings) {
  return runRecordLoop({
    ...parts,
    type: fleetMemberType,
    reconcile: (id) => reconcile(id, parts, settings),
  });
}

async function reconcile(id: string, parts: LoopParts, settings: ContainerServiceSettings): Promise<void> {
  const member = await parts.records.get(id);
  if (!member || member.provisioningState === 'Failed') return;
  if (member.provisioningState === 'Leaving') {
    await removeMember(member, parts, settings);
    return;
  }
  await joinHub(member, parts, settings);
  if (member.provisioningState === 'Succeeded') return;
  await parts.records.update(id, (current) => ({ ...current, provisioningState: 'Succeeded' }), {
    status: 'Succeeded',
  });
}

async function joinHub(
  member: ResourceRecord,
  parts: LoopParts,
  settings: ContainerServiceSettings,
): Promise<void> {
  const { records } = parts;
  const fleet = await records.get(fleetIdOfMember(member.id));
  // A fleet without a hub only orchestrates updates: its members have nothing to join.
  if (!fleet || !new Fields(fleet.properties).has('hubProfile')) return;
  const hubId = await hubIdOf(fleet.id, records);
  if (!hubId || fleet.provisioningState !== 'Succeeded') throw new RetryLater('the hub is not ready yet');
  const cluster = await records.get(new Fields(member.properties).string('clusterResourceId') ?? '');
  if (!cluster) return;
  const memberClusterId = clusterIdOf(cluster);
  if (!memberClusterId || !settings.clusters.get(memberClusterId)) {
    throw new RetryLater('the member cluster is not ready yet');
  }
  await settings.fleets.join({
    hubId,
    memberClusterId,
    memberName: member.name,
    labels: { ...new Fields(member.properties).stringMap('labels'), ...serviceLabels(member, cluster) },
  });
}

export async function removeMember(
  member: ResourceRecord,
  parts: LoopParts,
  settings: ContainerServiceSettings,
): Promise<void> {
  const hubId = await hubIdOf(fleetIdOfMember(member.id), parts.records);
  if (hubId) await settings.fleets.leave({ hubId, memberName: member.name });
  await parts.records.remove(member.id);
}
