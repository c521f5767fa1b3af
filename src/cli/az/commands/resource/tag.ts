import { isObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { tags, toggle } from '../../declare/flags.ts';
import { onEach, presentResource, resourceTarget } from './target.ts';

/** `az resource tag`. */
export const command = defineCommand({
  words: 'resource tag',
  summary: "Replace a resource's tags, or add to them.",
  flags: {
    ...resourceTarget,
    tags: { ...tags(), required: true },
    incremental: toggle('--is-incremental -i', 'Keep the tags that are there.'),
  },
  run: ({ flags, session }) =>
    onEach(session, flags, async ({ id, apiVersion }) => {
      const current = await session.arm.get(id, apiVersion);
      const kept = flags.incremental && isObject(current['tags']) ? current['tags'] : {};
      const changed = await session.arm.long({
        method: 'PATCH',
        path: id,
        apiVersion,
        body: { tags: { ...kept, ...flags.tags } },
      });
      return presentResource(isObject(changed) ? changed : { ...current, tags: { ...kept, ...flags.tags } });
    }),
});
