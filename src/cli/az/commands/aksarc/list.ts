import { defineCommand } from '../../declaration.ts';
import { resourceGroupFilter } from '../../declare/flags.ts';
import { arcCluster, arcHost } from './noun.ts';

/** `az aksarc list`. */
export const command = defineCommand({
  words: 'aksarc list',
  summary: 'List AKS Arc clusters of a group, or of the subscription.',
  flags: { resourceGroup: resourceGroupFilter() },
  reads: true,
  async run({ flags, session }) {
    const subscription = `/subscriptions/${session.subscriptionId}`;
    const place = flags.resourceGroup === undefined ? '' : `/resourceGroups/${flags.resourceGroup}`;
    const path = `${subscription}${place}/providers/Microsoft.Kubernetes/connectedClusters`;
    const hosts = await session.arm.list(path, arcHost.apiVersion);
    const provisioned = hosts.filter((one) => String(one['kind']).toLowerCase() === 'provisionedcluster');
    const lists = await Promise.all(
      provisioned.map((one) =>
        session.arm.list(
          `${one['id']}/providers/Microsoft.HybridContainerService/provisionedClusterInstances`,
          arcCluster.apiVersion,
        ),
      ),
    );
    return lists.flat();
  },
});
