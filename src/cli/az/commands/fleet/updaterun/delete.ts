import { deleteCommand } from '../../../declare/verbs.ts';
import { updateRun } from '../update-nouns.ts';

/** `az fleet updaterun delete`. */
export const command = deleteCommand(updateRun, {
  words: 'fleet updaterun delete',
  summary: 'Delete an update run.',
  confirmation: true,
  examples: [
    {
      text: 'Delete an update run.',
      command: 'az fleet updaterun delete -g MyResourceGroup -f MyFleet -n MyUpdateRun',
    },
  ],
});
