import { isObject, type JsonObject } from '../../../../../base/index.ts';
import { defineCommand, type Values } from '../../../declaration.ts';
import { integer, list, noWait, tags, text, toggle } from '../../../declare/flags.ts';
import { getResource, putResource } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { readLabels } from '../../../shape/labels.ts';
import { demandAutoscalerCounts } from '../autoscaler-counts.ts';
import { agentPool } from '../noun.ts';
import { propertiesOf } from './change.ts';
import { changedSettings, upgradeFlags } from './upgrade-flags.ts';

const flags = {
  ...agentPool.names,
  enableAutoscaler: toggle('--enable-cluster-autoscaler -e', 'Enable the cluster autoscaler.'),
  disableAutoscaler: toggle('--disable-cluster-autoscaler -d', 'Disable the cluster autoscaler.'),
  updateAutoscaler: toggle('--update-cluster-autoscaler -u', 'Update minimum or maximum of the autoscaler.'),
  minCount: integer('--min-count', 'Fewest nodes for the autoscaler.'),
  maxCount: integer('--max-count', 'Most nodes for the autoscaler.'),
  labels: list('--labels', 'Labels of the nodes: key=value.'),
  tags: tags(),
  taints: text('--node-taints', 'Taints of the nodes, separated by commas; "" removes all.'),
  ...upgradeFlags,
  mode: text('--mode', 'Whether the pool runs system pods.', { choices: ['System', 'User', 'Gateway'] }),
  noWait: noWait(),
} as const;

/** `az aks nodepool update`: without flags it asks for the pool as it is, once more. */
export const command = defineCommand({
  words: 'aks nodepool update',
  summary: 'Update a node pool properties.',
  flags,
  async run(call) {
    const given = call.flags;
    refuseAutoscalerFlags(given);
    const body = await getResource(agentPool, call);
    const properties = propertiesOf(body);
    const isOn = properties['enableAutoScaling'] === true;
    if (given.enableAutoscaler && isOn) {
      call.warn(
        'Cluster autoscaler is already enabled for this node pool.\n' +
          'Please run "az aks --update-cluster-autoscaler" if you want to update min-count or max-count.',
      );
      return undefined;
    }
    if (given.updateAutoscaler && !isOn) {
      throw new AzError(
        'Cluster autoscaler is not enabled for this node pool.\n' +
          'Run "az aks nodepool update --enable-cluster-autoscaler" to enable cluster with min-count and max-count.',
      );
    }
    if (given.disableAutoscaler && !isOn) {
      call.warn('Cluster autoscaler is already disabled for this node pool.');
      return undefined;
    }
    return putResource(agentPool, call, {
      ...body,
      properties: { ...properties, ...changes(given, properties) },
    });
  },
});

function refuseAutoscalerFlags(given: Values<typeof flags>): void {
  const { enableAutoscaler, updateAutoscaler, disableAutoscaler, minCount, maxCount } = given;
  if (Number(enableAutoscaler) + Number(updateAutoscaler) + Number(disableAutoscaler) > 1) {
    throw new AzError(
      'Can only specify one of --enable-cluster-autoscaler, --update-cluster-autoscaler and --disable-cluster-autoscaler',
    );
  }
  const isOn = enableAutoscaler || updateAutoscaler;
  const options = '--enable-cluster-autoscaler or --update-cluster-autoscaler';
  demandAutoscalerCounts({ isOn, minCount, maxCount, mode: given.mode }, options);
}

function changes(given: Values<typeof flags>, before: JsonObject): JsonObject {
  const { minCount = null, maxCount = null } = given;
  const upgrades = before['upgradeSettings'];
  const upgradeSettings = changedSettings(given, isObject(upgrades) ? upgrades : {});
  return {
    ...((given.enableAutoscaler || given.updateAutoscaler) && {
      enableAutoScaling: true,
      minCount,
      maxCount,
    }),
    ...(given.disableAutoscaler && { enableAutoScaling: false, minCount: null, maxCount: null }),
    ...(given.labels && { nodeLabels: readLabels(given.labels.join(' ')) }),
    ...(given.tags && { tags: given.tags }),
    ...(given.taints !== undefined && { nodeTaints: given.taints === '' ? [] : given.taints.split(',') }),
    ...(upgradeSettings && { upgradeSettings }),
    ...(given.mode && { mode: given.mode }),
  };
}
