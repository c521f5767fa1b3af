import { showCommand } from '../../../../declare/verbs.ts';
import { subnet } from './noun.ts';

/** `az network vnet subnet show`. */
export const command = showCommand(subnet, {
  words: 'network vnet subnet show',
  summary: 'Show details of a subnet.',
  examples: [
    {
      text: "Show a subnet's id.",
      command:
        'az network vnet subnet show -g MyResourceGroup --vnet-name MyVNet -n MySubnet --query id -o tsv',
    },
  ],
});
