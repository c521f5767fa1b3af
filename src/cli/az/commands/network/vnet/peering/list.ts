import { listChildrenCommand } from '../../../../declare/verbs.ts';
import { peering } from './noun.ts';

/** `az network vnet peering list`. */
export const command = listChildrenCommand(peering, {
  words: 'network vnet peering list',
  summary: 'List peerings.',
});
