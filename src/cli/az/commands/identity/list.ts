import { listCommand } from '../../declare/verbs.ts';
import { identity } from './noun.ts';

/** `az identity list`. */
export const command = listCommand(identity, {
  words: 'identity list',
  summary: 'List identities.',
});
