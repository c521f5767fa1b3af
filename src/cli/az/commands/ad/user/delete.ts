import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { callGraph } from '../../../http/graph.ts';

/** `az ad user delete`. */
export const command = defineCommand({
  words: 'ad user delete',
  summary: 'Delete a user.',
  flags: { id: required('--id', 'Object id or principal name of the user.') },
  run: ({ flags, session }) =>
    callGraph(session, { method: 'DELETE', path: `/users/${encodeURIComponent(flags.id)}` }),
});
