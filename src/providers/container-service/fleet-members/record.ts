import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { hubRecordId } from '../fleets/hub.ts';
import { clusterIdOf } from '../managed-clusters/record.ts';

export const fleetMemberType = 'Microsoft.ContainerService/fleets/members';

/** The fleet that a member id belongs to. */
export function fleetIdOfMember(memberId: string): string {
  return memberId.slice(0, memberId.toLowerCase().lastIndexOf('/members/'));
}

/** The cluster id of the fleet's hub, or undefined when the fleet has none (yet). */
export async function hubIdOf(fleetId: string, records: RecordReader): Promise<string | undefined> {
  const fleet = await records.get(fleetId);
  if (!fleet || !new Fields(fleet.properties).has('hubProfile')) return undefined;
  const hub = await records.get(hubRecordId(fleet));
  return hub && clusterIdOf(hub);
}

/** True for the labels of `serviceLabels`. */
export function isServiceLabel(name: string): boolean {
  return serviceLabelNames.has(name.toLowerCase());
}

const serviceLabelNames: ReadonlySet<string> = new Set(
  ['cluster-name', 'location', 'member-name', 'resource-group', 'subscription-id'].map(
    (name) => `fleet.azure.com/${name}`,
  ),
);

/** Labels that the service puts on every member, besides the caller's. */
export function serviceLabels(member: ResourceRecord, cluster: ResourceRecord): Record<string, string> {
  const [, subscription = '', group = ''] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)/i.exec(cluster.id) ?? [];
  return {
    'fleet.azure.com/cluster-name': cluster.name,
    'fleet.azure.com/location': cluster.location ?? '',
    'fleet.azure.com/member-name': member.name,
    'fleet.azure.com/resource-group': group,
    'fleet.azure.com/subscription-id': subscription,
  };
}
