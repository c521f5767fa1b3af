import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { groupId } from '../../../directory/find.ts';
import { callGraph } from '../../../http/graph.ts';

/** `az ad group show`. */
export const command = defineCommand({
  words: 'ad group show',
  summary: 'Show a group.',
  flags: { group: required('--group -g', "Group's object id or display name.") },
  reads: true,
  run: async ({ flags, session }) =>
    callGraph(session, {
      method: 'GET',
      path: `/groups/${await groupId(session, flags.group)}`,
      shows: true,
    }),
});
