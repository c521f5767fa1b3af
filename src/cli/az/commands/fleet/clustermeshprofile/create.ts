import { defineCommand } from '../../../declaration.ts';
import { noWait, required } from '../../../declare/flags.ts';
import { putResource } from '../../../declare/verbs.ts';
import { clusterMeshProfile } from '../noun.ts';
import { meshNotice } from './members.ts';

/** `az fleet clustermeshprofile create`. */
export const command = defineCommand({
  words: 'fleet clustermeshprofile create',
  summary: 'Create or update a cluster mesh profile.',
  notice: meshNotice,
  flags: {
    ...clusterMeshProfile.names,
    memberSelector: required('--member-selector', 'Labels of the members to choose, e.g. "env=production".'),
    noWait: noWait(),
  },
  run: (call) =>
    putResource(clusterMeshProfile, call, {
      properties: { memberSelector: { byLabel: call.flags.memberSelector } },
    }),
});
