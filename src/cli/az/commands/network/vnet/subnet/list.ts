import { listChildrenCommand } from '../../../../declare/verbs.ts';
import { subnet } from './noun.ts';

/** `az network vnet subnet list`. */
export const command = listChildrenCommand(subnet, {
  words: 'network vnet subnet list',
  summary: 'List the subnets in a virtual network.',
  examples: [
    { text: 'List subnets.', command: 'az network vnet subnet list -g MyResourceGroup --vnet-name MyVNet' },
  ],
});
