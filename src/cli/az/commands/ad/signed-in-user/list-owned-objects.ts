import { defineCommand } from '../../../declaration.ts';
import { text } from '../../../declare/flags.ts';
import { listGraph } from '../../../http/graph.ts';

/** `az ad signed-in-user list-owned-objects`. */
export const command = defineCommand({
  words: 'ad signed-in-user list-owned-objects',
  summary: 'List what the signed-in user owns.',
  flags: { type: text('--type -t', 'Kind of object, e.g. application, servicePrincipal, group.') },
  reads: true,
  async run({ flags, session }) {
    const found = await listGraph(session, '/me/ownedObjects');
    if (flags.type === undefined) return found;
    const kind = `#microsoft.graph.${flags.type}`.toLowerCase();
    return found.filter((one) => String(one['@odata.type'] ?? '').toLowerCase() === kind);
  },
});
