import { showCommand } from '../../../declare/verbs.ts';
import { vnet } from './noun.ts';

/** `az network vnet show`. */
export const command = showCommand(vnet, {
  words: 'network vnet show',
  summary: 'Get the details of a virtual network.',
  examples: [
    { text: 'Show a virtual network.', command: 'az network vnet show -g MyResourceGroup -n MyVNet' },
  ],
});
