import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { servicePrincipal } from '../../../directory/find.ts';
import { callGraph } from '../../../http/graph.ts';

/** `az ad sp delete`. */
export const command = defineCommand({
  words: 'ad sp delete',
  summary: 'Delete a service principal.',
  flags: { id: required('--id', 'Service principal name, application id or object id.') },
  async run({ flags, session }) {
    const found = await servicePrincipal(session, flags.id);
    return callGraph(session, { method: 'DELETE', path: `/servicePrincipals/${found['id']}` });
  },
});
