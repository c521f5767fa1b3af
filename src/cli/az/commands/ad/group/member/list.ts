import { defineCommand } from '../../../../declaration.ts';
import { required } from '../../../../declare/flags.ts';
import { groupId } from '../../../../directory/find.ts';
import { listGraph } from '../../../../http/graph.ts';

/** `az ad group member list`. */
export const command = defineCommand({
  words: 'ad group member list',
  summary: 'List the members of a group.',
  flags: { group: required('--group -g', "Group's object id or display name.") },
  reads: true,
  run: async ({ flags, session }) =>
    listGraph(session, `/groups/${await groupId(session, flags.group)}/members`),
});
