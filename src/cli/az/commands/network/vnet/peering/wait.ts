import { waitCommand } from '../../../../declare/verbs.ts';
import { peering } from './noun.ts';

/** `az network vnet peering wait`. */
export const command = waitCommand(peering, {
  words: 'network vnet peering wait',
  summary: 'Wait until a condition of the peering is met.',
  sees: 'wire',
});
