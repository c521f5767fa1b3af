import { deleteCommand } from '../../../declare/verbs.ts';
import { bastion } from './noun.ts';

/** `az network bastion delete`. */
export const command = deleteCommand(bastion, {
  words: 'network bastion delete',
  summary: 'Delete a Bastion host.',
});
