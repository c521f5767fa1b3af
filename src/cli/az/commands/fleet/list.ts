import { listCommand } from '../../declare/verbs.ts';
import { fleet } from './noun.ts';

/** `az fleet list`. */
export const command = listCommand(fleet, {
  words: 'fleet list',
  summary: 'List fleets of a group, or of the subscription.',
  examples: [{ text: 'List all fleets.', command: 'az fleet list' }],
});
