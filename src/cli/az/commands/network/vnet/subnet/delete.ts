import { deleteCommand } from '../../../../declare/verbs.ts';
import { subnet } from './noun.ts';

/** `az network vnet subnet delete`. */
export const command = deleteCommand(subnet, {
  words: 'network vnet subnet delete',
  summary: 'Delete a subnet.',
  examples: [
    {
      text: 'Delete a subnet.',
      command: 'az network vnet subnet delete -g MyResourceGroup --vnet-name MyVNet -n MySubnet',
    },
  ],
});
