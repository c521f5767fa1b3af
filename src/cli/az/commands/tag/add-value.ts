import { defineCommand } from '../../declaration.ts';
import { jsonObject } from '../../http/arm-call.ts';
import { tagsApiVersion, tagValueFlags, tagValuePath } from './target.ts';

/** `az tag add-value`. */
export const command = defineCommand({
  words: 'tag add-value',
  summary: 'Create a tag value of a tag name of the subscription.',
  flags: tagValueFlags,
  async run({ flags, session }) {
    const path = tagValuePath(session, flags);
    return jsonObject(await session.arm.send({ method: 'PUT', path, apiVersion: tagsApiVersion }));
  },
});
