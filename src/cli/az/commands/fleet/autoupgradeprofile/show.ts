import { showCommand } from '../../../declare/verbs.ts';
import { autoUpgradeProfile } from '../update-nouns.ts';

/** `az fleet autoupgradeprofile show`. */
export const command = showCommand(autoUpgradeProfile, {
  words: 'fleet autoupgradeprofile show',
  summary: 'Show a fleet auto upgrade profile.',
  examples: [
    {
      text: 'Show an auto-upgrade profile.',
      command: 'az fleet autoupgradeprofile show -g MyResourceGroup -f MyFleet -n MyProfile',
    },
  ],
});
