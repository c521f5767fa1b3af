import { listCommand } from '../../declare/verbs.ts';
import { sshkey } from './noun.ts';

/** `az sshkey list`. */
export const command = listCommand(sshkey, {
  words: 'sshkey list',
  summary: 'List SSH public keys.',
});
