import { showCommand } from '../../../../declare/verbs.ts';
import { peering } from './noun.ts';

/** `az network vnet peering show`. */
export const command = showCommand(peering, {
  words: 'network vnet peering show',
  summary: 'Show details of a peering.',
});
