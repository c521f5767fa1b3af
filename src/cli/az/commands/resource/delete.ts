import { defineCommand } from '../../declaration.ts';
import { noWait } from '../../declare/flags.ts';
import { namedResources, resourceTarget } from './target.ts';

/** `az resource delete`. */
export const command = defineCommand({
  words: 'resource delete',
  summary: 'Delete resources of any type.',
  flags: { ...resourceTarget, noWait: noWait() },
  examples: [{ text: 'Delete a resource by its id.', command: 'az resource delete --ids RESOURCE_ID' }],
  async run({ flags, session }) {
    for (const { id, apiVersion } of await namedResources(session, flags)) {
      await session.arm.long({ method: 'DELETE', path: id, apiVersion, noWait: flags.noWait });
    }
    return undefined;
  },
});
