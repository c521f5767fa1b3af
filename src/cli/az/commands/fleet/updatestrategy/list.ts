import { listChildrenCommand } from '../../../declare/verbs.ts';
import { updateStrategy } from '../update-nouns.ts';

/** `az fleet updatestrategy list`. */
export const command = listChildrenCommand(updateStrategy, {
  words: 'fleet updatestrategy list',
  summary: 'List update strategies of a fleet.',
  examples: [
    {
      text: 'List update strategies.',
      command: 'az fleet updatestrategy list -g MyResourceGroup -f MyFleet',
    },
  ],
});
