import { deleteCommand } from '../../declare/verbs.ts';
import { sshkey } from './noun.ts';

/** `az sshkey delete`. */
export const command = deleteCommand(sshkey, {
  words: 'sshkey delete',
  summary: 'Delete an SSH public key.',
  confirmation: true,
  noWait: false,
});
