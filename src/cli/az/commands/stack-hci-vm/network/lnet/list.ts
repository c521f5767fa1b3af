import { listCommand } from '../../../../declare/verbs.ts';
import { logicalNetwork } from './noun.ts';

/** `az stack-hci-vm network lnet list`. */
export const command = listCommand(logicalNetwork, {
  words: 'stack-hci-vm network lnet list',
  summary: 'List logical networks.',
});
