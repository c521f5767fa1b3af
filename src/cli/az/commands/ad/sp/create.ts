import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { findApplication } from '../../../directory/find.ts';
import { callGraph } from '../../../http/graph.ts';

/** `az ad sp create`. */
export const command = defineCommand({
  words: 'ad sp create',
  summary: 'Create the service principal of an application.',
  flags: { id: required('--id', 'Application id, object id or identifier URI of the application.') },
  async run({ flags, session }) {
    const known = await findApplication(session, flags.id);
    const appId = String(known?.['appId'] ?? flags.id);
    return callGraph(session, {
      method: 'POST',
      path: '/servicePrincipals',
      body: { appId, accountEnabled: true },
    });
  },
});
