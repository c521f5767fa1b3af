import { defineCommand } from '../../declaration.ts';
import { pathOf } from '../../declare/verbs.ts';
import { group } from './noun.ts';

/** `az group exists`. */
export const command = defineCommand({
  words: 'group exists',
  summary: 'Check if a resource group exists.',
  flags: group.names,
  examples: [{ text: 'Check if a resource group exists.', command: 'az group exists -n MyResourceGroup' }],
  async run(call) {
    const answer = await call.session.arm.send({
      method: 'HEAD',
      path: pathOf(group, call),
      apiVersion: group.apiVersion,
      accept: [200, 204, 404],
    });
    return answer.status !== 404;
  },
});
