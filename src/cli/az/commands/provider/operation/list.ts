import { defineCommand } from '../../../declaration.ts';
import { operationsPath, operationsVersion } from './target.ts';

/** `az provider operation list`. */
export const command = defineCommand({
  words: 'provider operation list',
  summary: 'Get operations from all providers.',
  flags: {},
  reads: true,
  run: ({ session }) => session.arm.list(operationsPath, operationsVersion, { $expand: 'resourceTypes' }),
});
