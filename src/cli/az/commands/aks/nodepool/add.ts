import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { integer, list, noWait, required, text, textOr } from '../../../declare/flags.ts';
import { putResource } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { readLabels } from '../../../shape/labels.ts';
import { agentPool } from '../noun.ts';
import { poolExists } from './change.ts';

const defaultNodes = 3;

/** `az aks nodepool add`. */
export const command = defineCommand({
  words: 'aks nodepool add',
  summary: 'Add a node pool to a cluster.',
  flags: {
    ...agentPool.names,
    name: required('--name --nodepool-name -n', 'The node pool name.'),
    nodeCount: integer('--node-count -c', 'Number of nodes in the node pool.', {
      defaultText: String(defaultNodes),
    }),
    vmSize: text('--node-vm-size -s', 'Size of the nodes.'),
    mode: textOr('--mode', 'Whether the pool runs system pods.', 'User', {
      choices: ['System', 'User', 'Gateway'],
    }),
    kubernetesVersion: text('--kubernetes-version -k', 'Version of Kubernetes; default that of the cluster.'),
    labels: list('--labels', 'Labels of the nodes: key=value.'),
    taints: text('--node-taints', 'Taints of the nodes, separated by commas.'),
    maxPods: integer('--max-pods -m', 'Maximum number of pods on a node.'),
    osType: text('--os-type', 'Operating system of the nodes.', { choices: ['Linux', 'Windows'] }),
    osSku: text('--os-sku', 'Kind of operating system.'),
    noWait: noWait(),
  },
  examples: [
    {
      text: 'Add a node pool.',
      command:
        'az aks nodepool add -g MyResourceGroup --cluster-name MyManagedCluster -n nodepool2 --node-count 1',
    },
  ],
  async run(call) {
    const given = call.flags;
    if (await poolExists(call)) {
      throw new AzError(
        `Node pool ${given.name} already exists, please try a different name, use 'aks nodepool list' to get current list of node pool`,
      );
    }
    const chosen: JsonObject = Object.fromEntries(
      Object.entries({
        vmSize: given.vmSize,
        orchestratorVersion: given.kubernetesVersion,
        nodeLabels: given.labels ? readLabels(given.labels.join(' ')) : undefined,
        nodeTaints: given.taints?.split(','),
        maxPods: given.maxPods,
        osType: given.osType,
        osSKU: given.osSku,
      }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    );
    const properties = {
      ...chosen,
      count: given.nodeCount ?? defaultNodes,
      mode: given.mode,
      type: 'VirtualMachineScaleSets',
    };
    return putResource(agentPool, call, { properties });
  },
});
