import { showCommand } from '../../../declare/verbs.ts';
import { updateRun } from '../update-nouns.ts';

/** `az fleet updaterun show`. */
export const command = showCommand(updateRun, {
  words: 'fleet updaterun show',
  summary: 'Show an update run.',
  examples: [
    {
      text: 'Show an update run.',
      command: 'az fleet updaterun show -g MyResourceGroup -f MyFleet -n MyUpdateRun',
    },
  ],
});
