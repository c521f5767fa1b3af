import { waitCommand } from '../../../declare/verbs.ts';
import { clusterMeshProfile } from '../noun.ts';
import { meshNotice } from './members.ts';

/** `az fleet clustermeshprofile wait`. */
export const command = {
  ...waitCommand(clusterMeshProfile, {
    words: 'fleet clustermeshprofile wait',
    summary: 'Wait until a condition of the cluster mesh profile is met.',
    sees: 'wire',
  }),
  notice: meshNotice,
};
