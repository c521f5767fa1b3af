import { listChildrenCommand } from '../../../declare/verbs.ts';
import { autoUpgradeProfile } from '../update-nouns.ts';

/** `az fleet autoupgradeprofile list`. */
export const command = listChildrenCommand(autoUpgradeProfile, {
  words: 'fleet autoupgradeprofile list',
  summary: 'List the auto upgrade profiles of a fleet.',
  examples: [
    {
      text: 'List auto-upgrade profiles.',
      command: 'az fleet autoupgradeprofile list -g MyResourceGroup -f MyFleet',
    },
  ],
});
