import { defineCommand } from '../../declaration.ts';
import { noWait } from '../../declare/flags.ts';
import { pathOf } from '../../declare/verbs.ts';
import { arcCluster, arcHost } from './noun.ts';

/** `az aksarc delete`. */
export const command = defineCommand({
  words: 'aksarc delete',
  summary: 'Delete an AKS Arc cluster: the cluster, then what it hangs on.',
  flags: { ...arcCluster.names, noWait: noWait() },
  confirmation: true,
  async run(call) {
    const { arm } = call.session;
    await arm.long({ method: 'DELETE', path: pathOf(arcCluster, call), apiVersion: arcCluster.apiVersion });
    await arm.long({
      method: 'DELETE',
      path: pathOf(arcHost, call),
      apiVersion: arcHost.apiVersion,
      noWait: call.flags['noWait'] === true,
    });
    return undefined;
  },
});
