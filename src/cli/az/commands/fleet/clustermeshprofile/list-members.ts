import { defineCommand } from '../../../declaration.ts';
import { toggle } from '../../../declare/flags.ts';
import { clusterMeshProfile, meshMember } from '../noun.ts';
import { appliedMembers, meshNotice, selectedMembers } from './members.ts';

/** `az fleet clustermeshprofile list-members`. */
export const command = defineCommand({
  words: 'fleet clustermeshprofile list-members',
  summary: 'List the members that a cluster mesh profile was applied to.',
  notice: meshNotice,
  flags: {
    ...clusterMeshProfile.names,
    selector: toggle('--selector', 'List the members that its selector names now.'),
  },
  reads: true,
  async run(call) {
    const found = call.flags.selector ? await selectedMembers(call) : await appliedMembers(call);
    return found.map((one) => meshMember.present(one));
  },
});
