import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { application } from '../../../directory/find.ts';
import { callGraph } from '../../../http/graph.ts';

/** `az ad app delete`. */
export const command = defineCommand({
  words: 'ad app delete',
  summary: 'Delete an application.',
  flags: { id: required('--id', 'Application id, object id or identifier URI.') },
  async run({ flags, session }) {
    const found = await application(session, flags.id);
    return callGraph(session, { method: 'DELETE', path: `/applications/${found['id']}` });
  },
});
