import { waitCommand } from '../../../declare/verbs.ts';
import { namedProfile } from '../update-nouns.ts';

/** `az fleet autoupgradeprofile wait`. */
export const command = waitCommand(namedProfile('--auto-upgrade-profile-name --profile-name'), {
  words: 'fleet autoupgradeprofile wait',
  summary: 'Wait until a condition of the auto upgrade profile is met.',
  sees: 'presented',
});
