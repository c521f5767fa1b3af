import type { RecordStore, ResourceRecord } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { type LoopParts, runRecordLoop, settle } from '../../loop.ts';
import { belongsTo, groupRecord } from '../../managed-group.ts';
import { dropIdentity, withIdentity } from '../../system-identity.ts';
import { removeMember } from '../fleet-members/loop.ts';
import { fleetMemberType } from '../fleet-members/record.ts';
import { clusterIdOf, clusterOrder } from '../managed-clusters/record.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import { hubGroupName, hubNodeGroupName, hubRecord, hubRecordId } from './hub.ts';

interface Running {
  readonly settings: ContainerServiceSettings;
  readonly signal: AbortSignal;
}

const fleetType = 'Microsoft.ContainerService/fleets';

/** Makes the hub of every fleet that has one, and takes it away with the fleet. */
export function runFleets(parts: LoopParts, settings: ContainerServiceSettings) {
  return runRecordLoop({
    ...parts,
    type: fleetType,
    reconcile: (id, signal) => reconcile(id, parts, { settings, signal }),
  });
}

async function reconcile(id: string, parts: LoopParts, running: Running): Promise<void> {
  const { settings } = running;
  const fleet = await parts.records.get(id);
  if (!fleet || fleet.provisioningState === 'Failed') return;
  if (fleet.provisioningState === 'Deleting') {
    await removeFleet(fleet, parts, running);
    return;
  }
  const identified = await withIdentity(fleet, parts.records, settings);
  if (new Fields(identified.properties).has('hubProfile')) await provideHub(identified, parts, settings);
  if (fleet.provisioningState === 'Succeeded') return;
  await settle(parts.records, fleet, 'Succeeded');
}

async function provideHub(
  fleet: ResourceRecord,
  parts: LoopParts,
  settings: ContainerServiceSettings,
): Promise<void> {
  const { records, random } = parts;
  const existing = await records.get(hubRecordId(fleet));
  const { order, record } = clusterOrder(existing ?? hubRecord(fleet, random), random);
  if (!existing) {
    await records.put(record);
  }
  await settings.clusters.ensure(order);
  await settings.fleets.prepareHub(order.clusterId);
}

async function removeGroup(id: string, ownerId: string, records: RecordStore): Promise<void> {
  const group = await records.get(id);
  if (group && belongsTo(group, ownerId)) await records.remove(id);
}

/** Members leave first, then the hub goes, then its groups. */
async function removeFleet(fleet: ResourceRecord, parts: LoopParts, running: Running): Promise<void> {
  const { settings } = running;
  const { records } = parts;
  // Side by side: one that is slow to leave holds up none of the others.
  const members = await records.list(`${fleet.id}/members`, fleetMemberType);
  const left = await Promise.allSettled(members.map((member) => removeMember(member, parts, running)));
  const stuck = left.find((one) => one.status === 'rejected');
  if (stuck) throw stuck.reason;
  const hub = await records.get(hubRecordId(fleet));
  const hubId = hub && clusterIdOf(hub);
  if (hubId) await settings.clusters.remove(hubId);
  if (hub) {
    await records.remove(hub.id);
  }
  await removeGroup(groupRecord(fleet, hubNodeGroupName(fleet)).id, hubRecordId(fleet), records);
  await removeGroup(groupRecord(fleet, hubGroupName(fleet)).id, fleet.id, records);
  await dropIdentity(fleet, settings);
  await records.remove(fleet.id);
}
