import { defineCommand } from '../../../../declaration.ts';
import { required } from '../../../../declare/flags.ts';
import { groupId } from '../../../../directory/find.ts';
import { callGraph } from '../../../../http/graph.ts';

/** `az ad group member check`. */
export const command = defineCommand({
  words: 'ad group member check',
  summary: 'Check whether an object is in a group, nested groups included.',
  flags: {
    group: required('--group -g', "Group's object id or display name."),
    memberId: required('--member-id', 'Object id to look for.'),
  },
  async run({ flags, session }) {
    const group = await groupId(session, flags.group);
    const answer = await callGraph(session, {
      method: 'POST',
      path: `/directoryObjects/${flags.memberId}/checkMemberGroups`,
      body: { groupIds: [group] },
    });
    const held = Array.isArray(answer?.['value']) ? answer['value'].map(String) : [];
    return { value: held.includes(group) };
  },
});
