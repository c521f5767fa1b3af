import { deleteCommand } from '../../declare/verbs.ts';
import { group } from './noun.ts';

/** `az group delete`. */
export const command = deleteCommand(group, {
  words: 'group delete',
  summary: 'Delete a resource group and everything in it.',
  confirmation: true,
  examples: [
    { text: 'Delete a resource group without asking.', command: 'az group delete -n MyResourceGroup --yes' },
  ],
});
