import { defineCommand } from '../../../declaration.ts';
import { boolean, required, text } from '../../../declare/flags.ts';
import { callGraph, listGraph, odata } from '../../../http/graph.ts';

/** `az ad group create`. */
export const command = defineCommand({
  words: 'ad group create',
  summary: 'Create a group.',
  flags: {
    displayName: required('--display-name', "The group's display name."),
    mailNickname: required('--mail-nickname', 'Mail alias.'),
    description: text('--description', 'Description of the group.'),
    force: boolean('--force', 'Create it even if there is one of the same names.'),
  },
  examples: [
    {
      text: 'Create a group.',
      command: 'az ad group create --display-name MyDisplay --mail-nickname MyDisplay',
    },
  ],
  async run({ flags, session, warn }) {
    const { displayName, mailNickname, description } = flags;
    if (flags.force !== true) {
      const filter = `displayName eq '${odata(displayName)}' and mailNickname eq '${odata(mailNickname)}'`;
      const [known] = await listGraph(session, '/groups', filter);
      if (known) {
        warn('A group with the same display name and mail nickname already exists, returning.');
        return known;
      }
    }
    return callGraph(session, {
      method: 'POST',
      path: '/groups',
      body: {
        displayName,
        mailNickname,
        mailEnabled: false,
        securityEnabled: true,
        ...(description === undefined ? {} : { description }),
      },
    });
  },
});
