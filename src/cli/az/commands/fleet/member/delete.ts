import { deleteCommand } from '../../../declare/verbs.ts';
import { member } from '../noun.ts';

/** `az fleet member delete`. */
export const command = deleteCommand(member, {
  words: 'fleet member delete',
  summary: 'Remove a member from its fleet.',
  confirmation: true,
});
