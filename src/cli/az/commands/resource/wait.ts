import { defineCommand } from '../../declaration.ts';
import { waitFlags, waitUntil } from '../../declare/wait.ts';
import { AzError } from '../../errors.ts';
import { namedResources, presentResource, resourceTarget } from './target.ts';

/** `az resource wait`. */
export const command = defineCommand({
  words: 'resource wait',
  summary: 'Wait until a condition of a resource of any type is met.',
  flags: { ...resourceTarget, ...waitFlags },
  async run(call) {
    const [resource] = await namedResources(call.session, call.flags);
    if (!resource) throw new AzError('No resource is named.');
    return waitUntil(call, async () =>
      presentResource(await call.session.arm.get(resource.id, resource.apiVersion)),
    );
  },
});
