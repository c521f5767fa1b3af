import { showCommand } from '../../../../declare/verbs.ts';
import { logicalNetwork } from './noun.ts';

/** `az stack-hci-vm network lnet show`. */
export const command = showCommand(logicalNetwork, {
  words: 'stack-hci-vm network lnet show',
  summary: 'Show a logical network.',
});
