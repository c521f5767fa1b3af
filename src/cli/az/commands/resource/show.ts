import { defineCommand } from '../../declaration.ts';
import { toggle } from '../../declare/flags.ts';
import { onEach, presentResource, resourceTarget } from './target.ts';

/** `az resource show`. */
export const command = defineCommand({
  words: 'resource show',
  summary: 'Get the details of a resource of any type.',
  flags: {
    ...resourceTarget,
    responseBody: toggle('--include-response-body', 'Also show the answer as the service sent it.'),
  },
  reads: true,
  examples: [
    {
      text: 'Show a virtual network.',
      command:
        'az resource show -g MyResourceGroup -n MyVnet --resource-type Microsoft.Network/virtualNetworks',
    },
  ],
  run: ({ flags, session }) =>
    onEach(session, flags, async ({ id, apiVersion }) => {
      const body = await session.arm.get(id, apiVersion);
      return { ...presentResource(body), ...(flags.responseBody ? { responseBody: body } : {}) };
    }),
});
