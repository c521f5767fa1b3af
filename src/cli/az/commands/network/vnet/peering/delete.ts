import { deleteCommand } from '../../../../declare/verbs.ts';
import { peering } from './noun.ts';

/** `az network vnet peering delete`. */
export const command = deleteCommand(peering, {
  words: 'network vnet peering delete',
  summary: 'Delete a peering.',
});
