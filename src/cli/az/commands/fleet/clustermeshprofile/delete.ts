import { deleteCommand } from '../../../declare/verbs.ts';
import { clusterMeshProfile } from '../noun.ts';
import { meshNotice } from './members.ts';

/** `az fleet clustermeshprofile delete`. */
export const command = {
  ...deleteCommand(clusterMeshProfile, {
    words: 'fleet clustermeshprofile delete',
    summary: 'Delete a cluster mesh profile.',
    confirmation: true,
  }),
  notice: meshNotice,
};
