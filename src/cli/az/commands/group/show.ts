import { showCommand } from '../../declare/verbs.ts';
import { group } from './noun.ts';

/** `az group show`. */
export const command = showCommand(group, {
  words: 'group show',
  summary: 'Get a resource group.',
  examples: [{ text: 'Get a resource group.', command: 'az group show -n MyResourceGroup' }],
});
