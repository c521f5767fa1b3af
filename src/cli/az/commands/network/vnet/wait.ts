import { waitCommand } from '../../../declare/verbs.ts';
import { vnet } from './noun.ts';

/** `az network vnet wait`. */
export const command = waitCommand(vnet, {
  words: 'network vnet wait',
  summary: 'Wait until a condition of the virtual network is met.',
  sees: 'wire',
  examples: [
    {
      text: 'Wait until it is created.',
      command: 'az network vnet wait -g MyResourceGroup -n MyVNet --created',
    },
  ],
});
