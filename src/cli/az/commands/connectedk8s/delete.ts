import { defineCommand } from '../../declaration.ts';
import { noWait, toggle } from '../../declare/flags.ts';
import { getResource, pathOf } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { connectedCluster } from './noun.ts';

/** `az connectedk8s delete`. */
export const command = defineCommand({
  words: 'connectedk8s delete',
  summary: 'Delete a connected cluster.',
  flags: {
    ...connectedCluster.names,
    force: toggle('--force', "Delete it even if the cluster's agents do not answer."),
    noWait: noWait(),
  },
  confirmation: 'Are you sure you want to perform delete operation?',
  async run(call) {
    call.warn('This operation might take a while ...\n');
    const found = await getResource(connectedCluster, call);
    if (String(found['kind'] ?? '').toLowerCase() === 'provisionedcluster') {
      throw new AzError(
        "Deleting a Provisioned Cluster is not supported from the Connected Cluster CLI. Please use the 'az aksarc delete' CLI command.",
      );
    }
    await call.session.arm.long({
      method: 'DELETE',
      path: pathOf(connectedCluster, call),
      apiVersion: connectedCluster.apiVersion,
      query: { force: call.flags['force'] === true ? 'True' : undefined },
      noWait: call.flags['noWait'] === true,
    });
    return undefined;
  },
});
