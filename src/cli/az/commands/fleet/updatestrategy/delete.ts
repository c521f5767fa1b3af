import { deleteCommand } from '../../../declare/verbs.ts';
import { updateStrategy } from '../update-nouns.ts';

/** `az fleet updatestrategy delete`. */
export const command = deleteCommand(updateStrategy, {
  words: 'fleet updatestrategy delete',
  summary: 'Delete an update strategy.',
  confirmation: true,
  examples: [
    {
      text: 'Delete an update strategy.',
      command: 'az fleet updatestrategy delete -g MyResourceGroup -f MyFleet -n MyStrategy',
    },
  ],
});
