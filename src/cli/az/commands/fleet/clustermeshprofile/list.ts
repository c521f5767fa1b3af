import { listChildrenCommand } from '../../../declare/verbs.ts';
import { clusterMeshProfile } from '../noun.ts';
import { meshNotice } from './members.ts';

/** `az fleet clustermeshprofile list`. */
export const command = {
  ...listChildrenCommand(clusterMeshProfile, {
    words: 'fleet clustermeshprofile list',
    summary: 'List the cluster mesh profiles of a fleet.',
  }),
  notice: meshNotice,
};
