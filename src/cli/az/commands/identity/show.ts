import { showCommand } from '../../declare/verbs.ts';
import { identity } from './noun.ts';

/** `az identity show`. */
export const command = showCommand(identity, {
  words: 'identity show',
  summary: 'Show an identity.',
});
