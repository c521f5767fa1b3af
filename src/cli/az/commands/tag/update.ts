import { defineCommand } from '../../declaration.ts';
import { required, tags } from '../../declare/flags.ts';
import { jsonObject } from '../../http/arm-call.ts';
import { tagsApiVersion, tagsPath } from './target.ts';

/** `az tag update`. */
export const command = defineCommand({
  words: 'tag update',
  summary: 'Change the tags of a resource, group or subscription.',
  flags: {
    id: required('--resource-id', 'ID of what carries the tags.'),
    operation: required('--operation', 'How the given tags are laid on those that are there.', {
      choices: ['Delete', 'Merge', 'Replace'],
    }),
    tags: tags(),
  },
  async run({ flags, session }) {
    const answer = await session.arm.send({
      method: 'PATCH',
      path: tagsPath(flags.id),
      apiVersion: tagsApiVersion,
      body: { operation: flags.operation, properties: { tags: flags.tags ?? {} } },
    });
    return jsonObject(answer);
  },
});
