import { listChildrenCommand } from '../../../declare/verbs.ts';
import { updateRun } from '../update-nouns.ts';

/** `az fleet updaterun list`. */
export const command = listChildrenCommand(updateRun, {
  words: 'fleet updaterun list',
  summary: 'List update runs of a fleet.',
  examples: [{ text: 'List update runs.', command: 'az fleet updaterun list -g MyResourceGroup -f MyFleet' }],
});
