import { deleteCommand } from '../../../declare/verbs.ts';
import { arcVnet } from './noun.ts';

/** `az aksarc vnet delete`. */
export const command = deleteCommand(arcVnet, {
  words: 'aksarc vnet delete',
  summary: 'Delete a virtual network.',
  confirmation: true,
});
