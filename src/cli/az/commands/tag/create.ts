import { defineCommand } from '../../declaration.ts';
import { tags } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { jsonObject } from '../../http/arm-call.ts';
import { tagNamePath, tagsApiVersion, tagsPath, tagTarget, tagTargetFlags } from './target.ts';

/** `az tag create`. */
export const command = defineCommand({
  words: 'tag create',
  summary: 'Replace all tags of a resource, group or subscription, or make a tag name of the subscription.',
  flags: { ...tagTargetFlags, tags: tags() },
  async run({ flags, session }) {
    const target = tagTarget(flags);
    if ('id' in target && Object.keys(flags.tags ?? {}).length === 0) {
      throw new AzError('Tags could not be empty.');
    }
    const answer = await session.arm.send(
      'name' in target
        ? { method: 'PUT', path: tagNamePath(session, target.name), apiVersion: tagsApiVersion }
        : {
            method: 'PUT',
            path: tagsPath(target.id),
            apiVersion: tagsApiVersion,
            body: { properties: { tags: flags.tags ?? {} } },
          },
    );
    return jsonObject(answer);
  },
});
