import { showCommand } from '../../../declare/verbs.ts';
import { arcVnet } from './noun.ts';

/** `az aksarc vnet show`. */
export const command = showCommand(arcVnet, {
  words: 'aksarc vnet show',
  summary: 'Show a virtual network.',
});
