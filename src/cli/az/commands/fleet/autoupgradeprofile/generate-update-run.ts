import { isObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { noWait } from '../../../declare/flags.ts';
import { pathOf } from '../../../declare/verbs.ts';
import { namedProfile } from '../update-nouns.ts';

const profile = namedProfile('--auto-upgrade-profile-name --profile-name --name -n');

/** `az fleet autoupgradeprofile generate-update-run`. */
export const command = defineCommand({
  words: 'fleet autoupgradeprofile generate-update-run',
  summary: 'Generate an update run from an auto upgrade profile. It does nothing until it is started.',
  flags: { ...profile.names, noWait: noWait() },
  examples: [
    {
      text: 'Generate an update run.',
      command: 'az fleet autoupgradeprofile generate-update-run -g MyResourceGroup -f MyFleet -n MyProfile',
    },
  ],
  async run(call) {
    const answer = await call.session.arm.long({
      method: 'POST',
      path: `${pathOf(profile, call)}/generateUpdateRun`,
      apiVersion: profile.apiVersion,
      noWait: call.flags.noWait,
    });
    return isObject(answer) ? answer : undefined;
  },
});
