import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { application } from '../../../directory/find.ts';

/** `az ad app show`. */
export const command = defineCommand({
  words: 'ad app show',
  summary: 'Show an application.',
  flags: { id: required('--id', 'Application id, object id or identifier URI.') },
  reads: true,
  run: ({ flags, session }) => application(session, flags.id, { shows: true }),
});
