import { isObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { list, toggle } from '../../declare/flags.ts';
import { applyGenericUpdate } from '../../declare/generic-update.ts';
import { onEach, presentResource, resourceTarget } from './target.ts';

const group = 'Generic Update Arguments';

/** `az resource update`. */
export const command = defineCommand({
  words: 'resource update',
  summary: 'Update a resource of any type: GET, change, PUT.',
  flags: {
    ...resourceTarget,
    set: { ...list('--set', 'A property path and the value to set.', { group }), adds: true },
    add: { ...list('--add', 'A list and what to add to it.', { group }), adds: true },
    remove: { ...list('--remove', 'A property, or a list and an index, to remove.', { group }), adds: true },
    forceString: toggle('--force-string', 'Preserve string literals.', { group }),
  },
  run: ({ flags, session }) =>
    onEach(session, flags, async ({ id, apiVersion }) => {
      const resource = structuredClone(await session.arm.get(id, apiVersion));
      for (const operation of ['set', 'add', 'remove'] as const) {
        const words = flags[operation];
        if (words) applyGenericUpdate(resource, { operation, words, force: flags.forceString, flat: false });
      }
      for (const key of ['id', 'name', 'type', 'systemData', 'etag', 'eTag']) delete resource[key];
      const changed = await session.arm.long({ method: 'PUT', path: id, apiVersion, body: resource });
      return presentResource(isObject(changed) ? changed : resource);
    }),
});
