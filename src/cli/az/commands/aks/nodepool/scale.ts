import { defineCommand } from '../../../declaration.ts';
import { noWait, requiredInteger } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { agentPool } from '../noun.ts';
import { changePool } from './change.ts';

/** `az aks nodepool scale`. */
export const command = defineCommand({
  words: 'aks nodepool scale',
  summary: 'Scale a node pool of a cluster.',
  flags: {
    ...agentPool.names,
    nodeCount: requiredInteger('--node-count -c', 'Number of nodes in the node pool.'),
    noWait: noWait(),
  },
  run: (call) =>
    changePool(call, (properties) => {
      const count = call.flags.nodeCount;
      if (properties['enableAutoScaling'] === true) {
        throw new AzError('Cannot scale cluster autoscaler enabled node pool.');
      }
      if (properties['count'] === count) {
        throw new AzError('The new node count is the same as the current node count.');
      }
      return { ...properties, count };
    }),
});
