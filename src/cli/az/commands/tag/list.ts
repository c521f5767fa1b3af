import { defineCommand } from '../../declaration.ts';
import { required } from '../../declare/flags.ts';

/** `az tag list`. */
export const command = defineCommand({
  words: 'tag list',
  summary: 'List the tags of a resource, group or subscription.',
  flags: { id: required('--resource-id', 'ID of what carries the tags.') },
  reads: true,
  run: ({ flags, session }) =>
    session.arm.get(`${flags.id}/providers/Microsoft.Resources/tags/default`, '2024-11-01'),
});
