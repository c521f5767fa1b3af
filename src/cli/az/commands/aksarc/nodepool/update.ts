import { defineCommand } from '../../../declaration.ts';
import { list, noWait, tags, text } from '../../../declare/flags.ts';
import { readLabels } from '../../../shape/labels.ts';
import { changeFlags, changesAutoscaler, withAutoscaler } from '../autoscaler.ts';
import { arcPool } from '../noun.ts';
import { changePool } from './change.ts';

/** `az aksarc nodepool update`. */
export const command = defineCommand({
  words: 'aksarc nodepool update',
  summary: 'Update a node pool of an AKS Arc cluster.',
  flags: {
    ...arcPool.names,
    ...changeFlags,
    labels: list('--labels', 'Labels of the nodes: key=value; "" removes all.'),
    taints: text('--node-taints', 'Taints of the nodes, separated by commas; "" removes all.'),
    tags: tags(),
    noWait: noWait(),
  },
  async run(call) {
    const given = call.flags;
    const scales = changesAutoscaler(given);
    return changePool(
      call,
      (properties) => ({
        ...(scales ? withAutoscaler(properties, given) : properties),
        ...(given.labels && { nodeLabels: readLabels(given.labels.join(' ')) }),
        ...(given.taints !== undefined && { nodeTaints: given.taints.split(',').filter(Boolean) }),
      }),
      given.tags ? { tags: given.tags } : {},
    );
  },
});
