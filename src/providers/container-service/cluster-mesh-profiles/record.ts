import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';

const clusterMeshProfileType = 'Microsoft.ContainerService/fleets/clusterMeshProfiles';

/** What was applied last. */
export interface Applied {
  readonly byLabel: string;
  /** Ids of the members that the selector named then. */
  readonly memberIds: readonly string[];
  readonly operationId: string;
  /** RFC 3339. */
  readonly at: string;
}

export function appliedOf(profile: ResourceRecord): Applied | undefined {
  const applied = new Fields(profile.internal).object('applied');
  const byLabel = applied.string('byLabel');
  if (byLabel === undefined) return undefined;
  return {
    byLabel,
    memberIds: applied.strings('memberIds'),
    operationId: applied.string('operationId') ?? '',
    at: applied.string('at') ?? '',
  };
}

/** Clusters here have no Cilium: members that a profile was applied to stand there as what they are, not connected. */
export const noMesh: JsonObject = {
  code: 'NotImplemented',
  message:
    'No cluster mesh was made: the networks of clusters are simulated in Drydock and have no Cilium that could connect them.',
};

/** The profile that was applied to a member; undefined: none was. */
export async function meshProfileOf(
  memberId: string,
  fleetId: string,
  records: RecordReader,
): Promise<ResourceRecord | undefined> {
  const profiles = await records.list(`${fleetId}/clusterMeshProfiles`, clusterMeshProfileType);
  const id = memberId.toLowerCase();
  return profiles.find((profile) => appliedOf(profile)?.memberIds.some((one) => one.toLowerCase() === id));
}

/** `meshProperties` of a member. */
export function meshProperties(profile: ResourceRecord): JsonObject {
  return {
    clusterMeshProfileResourceId: profile.id,
    status: { state: 'Failed', lastUpdatedAt: appliedOf(profile)?.at ?? null, error: { ...noMesh } },
  };
}
