import { defineCommand } from '../../declaration.ts';
import { required, tags } from '../../declare/flags.ts';
import { jsonObject } from '../../http/arm-call.ts';

/** `az tag create`. */
export const command = defineCommand({
  words: 'tag create',
  summary: 'Replace all tags of a resource, group or subscription.',
  flags: { id: required('--resource-id', 'ID of what carries the tags.'), tags: tags() },
  async run({ flags, session }) {
    const answer = await session.arm.send({
      method: 'PUT',
      path: `${flags.id}/providers/Microsoft.Resources/tags/default`,
      apiVersion: '2024-11-01',
      body: { properties: { tags: flags.tags ?? {} } },
    });
    return jsonObject(answer);
  },
});
