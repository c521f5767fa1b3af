import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { callGraph } from '../../../http/graph.ts';

/** `az ad user show`. */
export const command = defineCommand({
  words: 'ad user show',
  summary: 'Show a user.',
  flags: { id: required('--id', 'Object id or principal name of the user.') },
  reads: true,
  examples: [{ text: 'Show a user.', command: 'az ad user show --id myuser@contoso.com' }],
  run: ({ flags, session }) =>
    callGraph(session, {
      method: 'GET',
      path: `/users/${encodeURIComponent(flags.id).replace(/%40/g, '@')}`,
      shows: true,
    }),
});
