import { isObject, type JsonObject } from '../../../../../base/index.ts';
import { type Call, defineCommand, type Flags } from '../../../declaration.ts';
import { noWait, toggle } from '../../../declare/flags.ts';
import { pathOf } from '../../../declare/verbs.ts';
import { clusterMeshProfile } from '../noun.ts';
import { appliedMembers, meshNotice, selectedMembers } from './members.ts';

/** `az fleet clustermeshprofile apply`. */
export const command = defineCommand({
  words: 'fleet clustermeshprofile apply',
  summary: 'Apply the selector of a cluster mesh profile to the members of the fleet.',
  notice: meshNotice,
  flags: {
    ...clusterMeshProfile.names,
    whatIf: toggle('--what-if', 'Say what would become of which member, and do nothing.'),
    noWait: noWait(),
  },
  async run(call) {
    if (call.flags.whatIf) return whatIf(call);
    return call.session.arm.long({
      method: 'POST',
      path: `${pathOf(clusterMeshProfile, call)}/apply`,
      apiVersion: clusterMeshProfile.apiVersion,
      noWait: call.flags.noWait,
    });
  },
});

async function whatIf(call: Call<Flags>): Promise<JsonObject[]> {
  const [applied, selected] = [await appliedMembers(call), await selectedMembers(call)];
  const ids = new Set(selected.map(({ id }) => String(id).toLowerCase()));
  const leaving = applied.filter(({ id }) => !ids.has(String(id).toLowerCase()));
  const own = pathOf(clusterMeshProfile, call).toLowerCase();
  return [
    ...selected.map((one) => wouldBe(one, own)),
    ...leaving.map((one) => ({ ...shown(one), Action: 'Remove' })),
  ];
}

function wouldBe(member: JsonObject, ownPath: string): JsonObject {
  const profileId = String(meshOf(member)['clusterMeshProfileResourceId'] ?? '');
  if (profileId === '') return { ...shown(member), Action: 'Add' };
  if (profileId.toLowerCase() === ownPath) return { ...shown(member), Action: '-' };
  const other = profileId.slice(profileId.lastIndexOf('/') + 1);
  return {
    ...shown(member),
    Action: 'Error',
    ErrorMessage: `The member belongs to the cluster mesh profile '${other}'.`,
  };
}

function meshOf(member: JsonObject): JsonObject {
  const properties = isObject(member['properties']) ? member['properties'] : {};
  return isObject(properties['meshProperties']) ? properties['meshProperties'] : {};
}

function shown(member: JsonObject): JsonObject {
  const properties = isObject(member['properties']) ? member['properties'] : {};
  const status = meshOf(member)['status'];
  return {
    Name: member['name'] ?? null,
    ClusterResourceId: properties['clusterResourceId'] ?? null,
    ETag: member['eTag'] ?? null,
    MeshMembershipState: isObject(status) ? (status['state'] ?? null) : null,
  };
}
