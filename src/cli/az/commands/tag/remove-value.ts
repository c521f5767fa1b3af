import { defineCommand } from '../../declaration.ts';
import { tagsApiVersion, tagValueFlags, tagValuePath } from './target.ts';

/** `az tag remove-value`. */
export const command = defineCommand({
  words: 'tag remove-value',
  summary: 'Delete a tag value of a tag name of the subscription.',
  flags: tagValueFlags,
  async run({ flags, session }) {
    await session.arm.send({
      method: 'DELETE',
      path: tagValuePath(session, flags),
      apiVersion: tagsApiVersion,
    });
    return undefined;
  },
});
