import { showCommand } from '../../declare/verbs.ts';
import { fleet } from './noun.ts';

/** `az fleet show`. */
export const command = showCommand(fleet, {
  words: 'fleet show',
  summary: 'Get a fleet.',
  examples: [
    { text: 'Show the details of a fleet.', command: 'az fleet show -g MyFleetResourceGroup -n MyFleetName' },
  ],
});
