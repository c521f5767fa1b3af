import { defineCommand } from '../../../declaration.ts';
import { text } from '../../../declare/flags.ts';
import { listGraph, odata } from '../../../http/graph.ts';

/** `az ad group list`. */
export const command = defineCommand({
  words: 'ad group list',
  summary: 'List groups.',
  flags: {
    displayName: text('--display-name', "Beginning of the group's display name."),
    filter: text('--filter', 'OData filter.'),
  },
  reads: true,
  async run({ flags, session }) {
    const conditions: string[] = [];
    if (flags.filter !== undefined) conditions.push(flags.filter);
    if (flags.displayName !== undefined)
      conditions.push(`startswith(displayName,'${odata(flags.displayName)}')`);
    return listGraph(session, '/groups', conditions.length > 0 ? conditions.join(' and ') : undefined);
  },
});
