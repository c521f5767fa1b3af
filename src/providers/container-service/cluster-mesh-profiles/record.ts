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
  return profiles.find((profile) => membersOf(profile).has(id));
}

/** Of a profile as it stands: lists ask for each of their members. */
const known = new WeakMap<ResourceRecord, ReadonlySet<string>>();

function membersOf(profile: ResourceRecord): ReadonlySet<string> {
  const found = known.get(profile);
  if (found) return found;
  const members = new Set(appliedOf(profile)?.memberIds.map((id) => id.toLowerCase()));
  known.set(profile, members);
  return members;
}

/** `meshProperties` of a member. */
export function meshProperties(profile: ResourceRecord): JsonObject {
  return {
    clusterMeshProfileResourceId: profile.id,
    status: { state: 'Failed', lastUpdatedAt: appliedOf(profile)?.at ?? null, error: { ...noMesh } },
  };
}
