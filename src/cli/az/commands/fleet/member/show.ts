import { showCommand } from '../../../declare/verbs.ts';
import { member } from '../noun.ts';

/** `az fleet member show`. */
export const command = showCommand(member, {
  words: 'fleet member show',
  summary: 'Get a fleet member.',
});
