import { type ActionCall, ArmError, type ResourceAction } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { base64, type KubeconfigUser, kubeconfigYaml } from '../../kubeconfig.ts';
import { arcClusterIdOf } from '../../kubernetes/connected-clusters/record.ts';
import { arcTokenPlugin, groupOf } from '../../kubernetes/connected-clusters/type.ts';
import type { ArcSettings } from '../../kubernetes/settings.ts';
import { connectedClusterIdOf } from './record.ts';

export function kubeconfigActions(settings: ArcSettings): Record<string, ResourceAction> {
  return {
    listUserKubeconfig: {
      mode: 'later',
      run: (call) =>
        listKubeconfig(call, settings, {
          role: 'clusterUser',
          user: async () => ({ plugin: arcTokenPlugin(settings) }),
        }),
    },
    listAdminKubeconfig: {
      mode: 'later',
      run: (call) =>
        listKubeconfig(call, settings, {
          role: 'clusterAdmin',
          user: () => runningCluster(call, settings).adminCredential(),
        }),
    },
  };
}

async function listKubeconfig(
  call: ActionCall,
  settings: ArcSettings,
  access: { readonly role: string; readonly user: () => Promise<KubeconfigUser> },
): Promise<JsonObject> {
  const cluster = runningCluster(call, settings);
  const parentId = connectedClusterIdOf(call.record.id);
  const name = parentId.split('/').at(-1) ?? '';
  const yaml = kubeconfigYaml({
    context: name,
    userName: `${access.role}_${groupOf(parentId)}_${name}`,
    ...settings.publicAddress(cluster.spec.clusterId),
    certificateAuthority: cluster.certificateAuthority,
    user: await access.user(),
  });
  return { kubeconfigs: [{ name: access.role, value: base64(yaml) }] };
}

function runningCluster(call: ActionCall, settings: ArcSettings) {
  const clusterId = arcClusterIdOf(call.record);
  const cluster = clusterId ? settings.clusters.get(clusterId) : undefined;
  if (cluster) return cluster;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `The cluster has no API server yet: its provisioning state is ${call.record.provisioningState}. Wait until it is Succeeded and try again.`,
  );
}
