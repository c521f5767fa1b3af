import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { servicePrincipal } from '../../../directory/find.ts';

/** `az ad sp show`. */
export const command = defineCommand({
  words: 'ad sp show',
  summary: 'Show a service principal.',
  flags: { id: required('--id', 'Service principal name, application id or object id.') },
  reads: true,
  run: ({ flags, session }) => servicePrincipal(session, flags.id, { shows: true }),
});
