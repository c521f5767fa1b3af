import { defineCommand } from '../../../declaration.ts';
import { text, toggle } from '../../../declare/flags.ts';
import { applicationTable } from '../../../directory/table.ts';
import { listGraph, odata } from '../../../http/graph.ts';

const shownByDefault = 100;

/** `az ad sp list`. */
export const command = defineCommand({
  words: 'ad sp list',
  summary: 'List service principals.',
  flags: {
    all: toggle('--all', 'List all of them.'),
    displayName: text('--display-name', 'Beginning of the display name.'),
    spn: text('--spn', 'Service principal name.'),
    filter: text('--filter', 'OData filter.'),
    showMine: toggle('--show-mine', 'List those of the signed-in user.'),
  },
  reads: true,
  table: applicationTable,
  async run({ flags, session, warn }) {
    if (flags.showMine) {
      const owned = await listGraph(session, '/me/ownedObjects');
      return owned.filter((one) => one['@odata.type'] === '#microsoft.graph.servicePrincipal');
    }
    const conditions: string[] = [];
    if (flags.filter !== undefined) conditions.push(flags.filter);
    if (flags.spn !== undefined) conditions.push(`servicePrincipalNames/any(c:c eq '${odata(flags.spn)}')`);
    if (flags.displayName !== undefined)
      conditions.push(`startswith(displayName,'${odata(flags.displayName)}')`);
    if (conditions.length === 0 && !flags.all) {
      warn(
        `Only the first ${shownByDefault} are shown. Use --all for all of them, or --display-name, --spn, --filter or --show-mine to narrow the list.`,
      );
    }
    const found = await listGraph(
      session,
      '/servicePrincipals',
      conditions.length > 0 ? conditions.join(' and ') : undefined,
    );
    return conditions.length === 0 && !flags.all ? found.slice(0, shownByDefault) : found;
  },
});
