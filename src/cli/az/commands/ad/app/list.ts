import { defineCommand } from '../../../declaration.ts';
import { text, toggle } from '../../../declare/flags.ts';
import { applicationTable } from '../../../directory/table.ts';
import { listGraph, odata } from '../../../http/graph.ts';

/** `az ad app list`. */
export const command = defineCommand({
  words: 'ad app list',
  summary: 'List applications.',
  flags: {
    all: toggle('--all', 'List all of them.'),
    appId: text('--app-id', 'Application id.'),
    displayName: text('--display-name', 'Beginning of the display name.'),
    identifierUri: text('--identifier-uri', 'Identifier URI.'),
    filter: text('--filter', 'OData filter.'),
  },
  reads: true,
  table: applicationTable,
  async run({ flags, session }) {
    const conditions: string[] = [];
    if (flags.filter !== undefined) conditions.push(flags.filter);
    if (flags.appId !== undefined) conditions.push(`appId eq '${odata(flags.appId)}'`);
    if (flags.displayName !== undefined)
      conditions.push(`startswith(displayName,'${odata(flags.displayName)}')`);
    if (flags.identifierUri !== undefined)
      conditions.push(`identifierUris/any(s:s eq '${odata(flags.identifierUri)}')`);
    return listGraph(session, '/applications', conditions.length > 0 ? conditions.join(' and ') : undefined);
  },
});
