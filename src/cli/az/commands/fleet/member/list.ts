import { listChildrenCommand } from '../../../declare/verbs.ts';
import { member } from '../noun.ts';

/** `az fleet member list`. */
export const command = listChildrenCommand(member, {
  words: 'fleet member list',
  summary: 'List fleet members.',
});
