import { listCommand } from '../../../declare/verbs.ts';
import { arcVnet } from './noun.ts';

/** `az aksarc vnet list`. */
export const command = listCommand(arcVnet, {
  words: 'aksarc vnet list',
  summary: 'List virtual networks of a group, or of the subscription.',
});
