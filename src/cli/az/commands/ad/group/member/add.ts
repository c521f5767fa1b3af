import { defineCommand } from '../../../../declaration.ts';
import { required } from '../../../../declare/flags.ts';
import { groupId } from '../../../../directory/find.ts';
import { callGraph } from '../../../../http/graph.ts';

/** `az ad group member add`. */
export const command = defineCommand({
  words: 'ad group member add',
  summary: 'Add a member to a group.',
  flags: {
    group: required('--group -g', "Group's object id or display name."),
    memberId: required('--member-id', 'Object id of the member.'),
  },
  examples: [
    { text: 'Add a member.', command: 'az ad group member add --group MyGroup --member-id OBJECT_ID' },
  ],
  async run({ flags, session }) {
    await callGraph(session, {
      method: 'POST',
      path: `/groups/${await groupId(session, flags.group)}/members/$ref`,
      body: { '@odata.id': `${session.estate.graph}/v1.0/directoryObjects/${flags.memberId}` },
    });
    return undefined;
  },
});
