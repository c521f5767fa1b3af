import { defineCommand } from '../../../declaration.ts';
import { noWait, text, toggle } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { agentPool } from '../noun.ts';
import { changePool } from './change.ts';

/** `az aks nodepool upgrade`. */
export const command = defineCommand({
  words: 'aks nodepool upgrade',
  summary: 'Upgrade a node pool of a cluster.',
  flags: {
    ...agentPool.names,
    kubernetesVersion: text('--kubernetes-version -k', 'Version of Kubernetes to upgrade the pool to.'),
    nodeImageOnly: toggle('--node-image-only', 'Upgrade the images of the nodes only.'),
    yes: toggle('--yes -y', 'Do not prompt for confirmation.'),
    noWait: noWait(),
  },
  run(call) {
    const { kubernetesVersion, nodeImageOnly } = call.flags;
    if (kubernetesVersion && nodeImageOnly) {
      throw new AzError(
        'Conflicting flags. Upgrading the Kubernetes version will also upgrade node image version. ' +
          'If you only want to upgrade the node version please use the "--node-image-only" option only.',
      );
    }
    if (nodeImageOnly)
      throw new AzError('Node images are not built here: nodes are simulated and have none.');
    return changePool(call, (properties) => ({
      ...properties,
      ...(kubernetesVersion ? { orchestratorVersion: kubernetesVersion } : {}),
    }));
  },
});
