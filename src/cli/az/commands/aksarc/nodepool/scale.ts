import { defineCommand } from '../../../declaration.ts';
import { noWait, requiredInteger } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { arcPool } from '../noun.ts';
import { changePool } from './change.ts';

/** `az aksarc nodepool scale`. */
export const command = defineCommand({
  words: 'aksarc nodepool scale',
  summary: 'Scale a node pool of an AKS Arc cluster.',
  flags: {
    ...arcPool.names,
    nodeCount: requiredInteger('--node-count -c', 'Number of nodes of the pool.'),
    noWait: noWait(),
  },
  run: (call) =>
    changePool(call, (properties) => {
      if (properties['enableAutoScaling'] === true) {
        throw new AzError('Cannot scale cluster autoscaler enabled node pool.');
      }
      return { ...properties, count: call.flags.nodeCount };
    }),
});
