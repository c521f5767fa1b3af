import { defineCommand } from '../../declaration.ts';
import { required } from '../../declare/flags.ts';

/** `az tag delete`. */
export const command = defineCommand({
  words: 'tag delete',
  summary: 'Remove all tags of a resource, group or subscription.',
  flags: { id: required('--resource-id', 'ID of what carries the tags.') },
  confirmation: true,
  async run({ flags, session }) {
    const path = `${flags.id}/providers/Microsoft.Resources/tags/default`;
    await session.arm.send({ method: 'DELETE', path, apiVersion: '2024-11-01' });
    return undefined;
  },
});
