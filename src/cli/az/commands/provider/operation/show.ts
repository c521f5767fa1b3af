import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { operationsPath, operationsVersion } from './target.ts';

/** `az provider operation show`. */
export const command = defineCommand({
  words: 'provider operation show',
  summary: "Get an individual provider's operations.",
  flags: { namespace: required('--namespace -n', 'The resource provider namespace.') },
  reads: true,
  run: ({ flags, session }) =>
    session.arm.get(`${operationsPath}/${encodeURIComponent(flags.namespace)}`, operationsVersion, {
      $expand: 'resourceTypes',
    }),
});
