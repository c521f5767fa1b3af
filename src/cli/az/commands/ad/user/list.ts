import { defineCommand } from '../../../declaration.ts';
import { text } from '../../../declare/flags.ts';
import { listGraph, odata } from '../../../http/graph.ts';

/** `az ad user list`. */
export const command = defineCommand({
  words: 'ad user list',
  summary: 'List users.',
  flags: {
    displayName: text('--display-name', "Beginning of the user's display name."),
    upn: text('--upn', 'Principal name of the user.'),
    filter: text('--filter', 'OData filter.'),
  },
  reads: true,
  async run({ flags, session }) {
    const conditions: string[] = [];
    if (flags.displayName !== undefined)
      conditions.push(`startswith(displayName,'${odata(flags.displayName)}')`);
    if (flags.upn !== undefined) conditions.push(`userPrincipalName eq '${odata(flags.upn)}'`);
    if (flags.filter !== undefined) conditions.push(flags.filter);
    return listGraph(session, '/users', conditions.length > 0 ? conditions.join(' and ') : undefined);
  },
});
