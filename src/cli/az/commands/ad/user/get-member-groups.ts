import { defineCommand } from '../../../declaration.ts';
import { boolean, required } from '../../../declare/flags.ts';
import { callGraph, objectsByIds } from '../../../http/graph.ts';

/** `az ad user get-member-groups`. */
export const command = defineCommand({
  words: 'ad user get-member-groups',
  summary: 'List the groups that hold a user, nested ones too.',
  flags: {
    id: required('--id', 'Object id or principal name of the user.'),
    securityOnly: boolean('--security-enabled-only', 'Security groups only.', { defaultText: 'False' }),
  },
  async run({ flags, session }) {
    const answer = await callGraph(session, {
      method: 'POST',
      path: `/users/${encodeURIComponent(flags.id)}/getMemberGroups`,
      body: { securityEnabledOnly: flags.securityOnly ?? false },
    });
    const ids = Array.isArray(answer?.['value']) ? answer['value'].map(String) : [];
    const groups = ids.length > 0 ? await objectsByIds(session, ids) : [];
    return groups.map((one) => ({ displayName: one['displayName'], id: one['id'] }));
  },
});
