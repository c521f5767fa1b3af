import { deleteCommand } from '../../../declare/verbs.ts';
import { vnet } from './noun.ts';

/** `az network vnet delete`. */
export const command = deleteCommand(vnet, {
  words: 'network vnet delete',
  summary: 'Delete a virtual network.',
  examples: [
    { text: 'Delete a virtual network.', command: 'az network vnet delete -g MyResourceGroup -n MyVNet' },
  ],
});
