import { showCommand } from '../../../declare/verbs.ts';
import { clusterMeshProfile } from '../noun.ts';
import { meshNotice } from './members.ts';

/** `az fleet clustermeshprofile show`. */
export const command = {
  ...showCommand(clusterMeshProfile, {
    words: 'fleet clustermeshprofile show',
    summary: 'Get a cluster mesh profile.',
  }),
  notice: meshNotice,
};
