import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { groupId } from '../../../directory/find.ts';
import { callGraph } from '../../../http/graph.ts';

/** `az ad group delete`. */
export const command = defineCommand({
  words: 'ad group delete',
  summary: 'Delete a group.',
  flags: { group: required('--group -g', "Group's object id or display name.") },
  run: async ({ flags, session }) =>
    callGraph(session, { method: 'DELETE', path: `/groups/${await groupId(session, flags.group)}` }),
});
