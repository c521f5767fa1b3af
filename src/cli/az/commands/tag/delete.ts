import { defineCommand } from '../../declaration.ts';
import { tagNamePath, tagsApiVersion, tagsPath, tagTarget, tagTargetFlags } from './target.ts';

/** `az tag delete`. */
export const command = defineCommand({
  words: 'tag delete',
  summary: 'Remove all tags of a resource, group or subscription, or a tag name of the subscription.',
  flags: tagTargetFlags,
  confirmation: true,
  async run({ flags, session }) {
    const target = tagTarget(flags);
    const path = 'name' in target ? tagNamePath(session, target.name) : tagsPath(target.id);
    await session.arm.send({ method: 'DELETE', path, apiVersion: tagsApiVersion });
    return undefined;
  },
});
