import { waitCommand } from '../../../../declare/verbs.ts';
import { subnet } from './noun.ts';

/** `az network vnet subnet wait`. */
export const command = waitCommand(subnet, {
  words: 'network vnet subnet wait',
  summary: 'Wait until a condition of the subnet is met.',
  sees: 'wire',
});
