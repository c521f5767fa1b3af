import { deleteCommand } from '../../declare/verbs.ts';
import { identity } from './noun.ts';

/** `az identity delete`. */
export const command = deleteCommand(identity, {
  words: 'identity delete',
  summary: 'Delete an identity.',
  noWait: false,
});
