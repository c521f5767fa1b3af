import { defineCommand } from '../../../../declaration.ts';
import { required } from '../../../../declare/flags.ts';
import { groupId } from '../../../../directory/find.ts';
import { callGraph } from '../../../../http/graph.ts';

/** `az ad group member remove`. */
export const command = defineCommand({
  words: 'ad group member remove',
  summary: 'Remove a member from a group.',
  flags: {
    group: required('--group -g', "Group's object id or display name."),
    memberId: required('--member-id', 'Object id of the member.'),
  },
  async run({ flags, session }) {
    const group = await groupId(session, flags.group);
    await callGraph(session, { method: 'DELETE', path: `/groups/${group}/members/${flags.memberId}/$ref` });
    return undefined;
  },
});
