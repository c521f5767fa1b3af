import { showCommand } from '../../../declare/verbs.ts';
import { updateStrategy } from '../update-nouns.ts';

/** `az fleet updatestrategy show`. */
export const command = showCommand(updateStrategy, {
  words: 'fleet updatestrategy show',
  summary: 'Show an update strategy.',
  examples: [
    {
      text: 'Show an update strategy.',
      command: 'az fleet updatestrategy show -g MyResourceGroup -f MyFleet -n MyStrategy',
    },
  ],
});
