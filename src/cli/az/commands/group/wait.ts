import { waitCommand } from '../../declare/verbs.ts';
import { group } from './noun.ts';

/** `az group wait`. */
export const command = waitCommand(group, {
  words: 'group wait',
  summary: 'Wait until a condition of the resource group is met.',
  sees: 'wire',
  examples: [{ text: 'Wait until a group is gone.', command: 'az group wait -n MyResourceGroup --deleted' }],
});
