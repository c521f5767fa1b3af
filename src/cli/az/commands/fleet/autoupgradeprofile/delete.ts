import { deleteCommand } from '../../../declare/verbs.ts';
import { autoUpgradeProfile } from '../update-nouns.ts';

/** `az fleet autoupgradeprofile delete`. */
export const command = deleteCommand(autoUpgradeProfile, {
  words: 'fleet autoupgradeprofile delete',
  summary: 'Delete a fleet auto upgrade profile.',
  confirmation: true,
  examples: [
    {
      text: 'Delete an auto-upgrade profile.',
      command: 'az fleet autoupgradeprofile delete -g MyResourceGroup -f MyFleet -n MyProfile',
    },
  ],
});
