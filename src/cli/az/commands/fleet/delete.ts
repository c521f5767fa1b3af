import { deleteCommand } from '../../declare/verbs.ts';
import { fleet } from './noun.ts';

/** `az fleet delete`. */
export const command = deleteCommand(fleet, {
  words: 'fleet delete',
  summary: 'Delete a fleet.',
  confirmation: true,
  examples: [{ text: 'Delete a fleet.', command: 'az fleet delete -g MyFleetResourceGroup -n MyFleetName' }],
});
