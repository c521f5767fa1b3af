import { defineCommand } from '../../declaration.ts';
import { noWait } from '../../declare/flags.ts';
import { getResource, pathOf } from '../../declare/verbs.ts';
import { cluster } from './noun.ts';

/** `az aks operation-abort`. */
export const command = defineCommand({
  words: 'aks operation-abort',
  summary: 'Abort last running operation on managed cluster.',
  flags: { ...cluster.names, noWait: noWait() },
  async run(call) {
    await getResource(cluster, call);
    await call.session.arm.long({
      method: 'POST',
      path: `${pathOf(cluster, call)}/abort`,
      apiVersion: cluster.apiVersion,
      noWait: call.flags.noWait,
    });
    return undefined;
  },
});
