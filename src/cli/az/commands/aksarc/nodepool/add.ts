import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { integer, list, noWait, tags, text, toggle } from '../../../declare/flags.ts';
import { getResource, putResource } from '../../../declare/verbs.ts';
import { readLabels } from '../../../shape/labels.ts';
import { countFlags, demandCounts } from '../autoscaler.ts';
import { arcCluster, arcPool } from '../noun.ts';

/** `az aksarc nodepool add`. */
export const command = defineCommand({
  words: 'aksarc nodepool add',
  summary: 'Add a node pool to an AKS Arc cluster.',
  flags: {
    ...arcPool.names,
    nodeCount: integer('--node-count -c', 'Number of nodes of the pool.', { defaultText: '1' }),
    vmSize: text('--node-vm-size -s', 'Size of the nodes.'),
    osType: text('--os-type', 'Operating system of the nodes.', { choices: ['Linux', 'Windows'] }),
    osSku: text('--os-sku', 'Kind of operating system.'),
    autoscaler: toggle('--enable-cluster-autoscaler -e', 'Let the number of nodes follow the load.'),
    ...countFlags,
    maxPods: integer('--max-pods -m', 'Maximum number of pods on a node.'),
    labels: list('--labels', 'Labels of the nodes: key=value.'),
    taints: text('--node-taints', 'Taints of the nodes, separated by commas.'),
    tags: tags(),
    noWait: noWait(),
  },
  examples: [
    {
      text: 'Add a node pool.',
      command: 'az aksarc nodepool add -g MyGroup --cluster-name MyCluster -n pool2 --node-count 3',
    },
  ],
  async run(call) {
    const given = call.flags;
    const { autoscaler, minCount, maxCount, nodeCount } = given;
    demandCounts(given);
    const cluster = await getResource(arcCluster, {
      ...call,
      flags: { resourceGroup: given.resourceGroup, name: given.clusterName },
    });
    const properties: JsonObject = {
      count: nodeCount ?? minCount ?? 1,
      osType: given.osType ?? 'Linux',
      ...(given.vmSize && { vmSize: given.vmSize }),
      ...(given.osSku && { osSKU: given.osSku }),
      ...(autoscaler && { enableAutoScaling: true, minCount: minCount ?? null, maxCount: maxCount ?? null }),
      ...(given.maxPods !== undefined && { maxPods: given.maxPods }),
      ...(given.labels && { nodeLabels: readLabels(given.labels.join(' ')) }),
      ...(given.taints && { nodeTaints: given.taints.split(',') }),
    };
    return putResource(arcPool, call, {
      extendedLocation: cluster['extendedLocation'] ?? null,
      ...(given.tags && { tags: given.tags }),
      properties,
    });
  },
});
