import { listCommand } from '../../../declare/verbs.ts';
import { bastion } from './noun.ts';

/** `az network bastion list`. */
export const command = listCommand(bastion, {
  words: 'network bastion list',
  summary: 'List Bastion hosts.',
});
