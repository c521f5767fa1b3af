import { showCommand } from '../../declare/verbs.ts';
import { sshkey } from './noun.ts';

/** `az sshkey show`. */
export const command = showCommand(sshkey, {
  words: 'sshkey show',
  summary: 'Show an SSH public key.',
});
