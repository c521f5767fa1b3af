import { deleteCommand } from '../../../../declare/verbs.ts';
import { logicalNetwork } from './noun.ts';

/** `az stack-hci-vm network lnet delete`. */
export const command = deleteCommand(logicalNetwork, {
  words: 'stack-hci-vm network lnet delete',
  summary: 'Delete a logical network.',
  confirmation: true,
});
