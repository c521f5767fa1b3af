import { isObject, type JsonObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { noWait, requiredInteger, text } from '../../declare/flags.ts';
import { getResource, putResource } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { cluster } from './noun.ts';
import { poolsOf } from './pools.ts';

/** `az aks scale`. */
export const command = defineCommand({
  words: 'aks scale',
  summary: 'Scale the node pool in a managed Kubernetes cluster.',
  flags: {
    ...cluster.names,
    nodeCount: requiredInteger('--node-count -c', 'Number of nodes in the node pool.'),
    poolName: text('--nodepool-name', 'Node pool name, up to 12 alphanumeric characters.'),
    noWait: noWait(),
  },
  examples: [
    {
      text: 'Scale the only node pool to three nodes.',
      command: 'az aks scale -g MyResourceGroup -n MyManagedCluster --node-count 3',
    },
  ],
  async run(call) {
    const { nodeCount, poolName } = call.flags;
    const body = await getResource(cluster, call);
    const pools = poolsOf(body);
    if (pools.length > 1 && !poolName) {
      throw new AzError(
        'There are more than one node pool in the cluster. Please specify nodepool name or use az aks nodepool command to scale node pool',
      );
    }
    const pool = poolName ? pools.find(({ name }) => name === poolName) : pools[0];
    if (!pool) throw new AzError(`The nodepool "${poolName ?? ''}" was not found.`);
    if (pool['enableAutoScaling'] === true)
      throw new AzError('Cannot scale cluster autoscaler enabled node pool.');
    return putResource(cluster, call, withPools(body, pools, { ...pool, count: nodeCount }));
  },
});

function withPools(body: JsonObject, pools: readonly JsonObject[], changed: JsonObject): JsonObject {
  const agentPoolProfiles = pools.map((pool) => (pool['name'] === changed['name'] ? changed : pool));
  const properties = isObject(body['properties']) ? body['properties'] : {};
  return { ...body, properties: { ...properties, agentPoolProfiles } };
}
