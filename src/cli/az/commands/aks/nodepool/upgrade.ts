import { isObject, type Json } from '../../../../../base/index.ts';
import { type Call, defineCommand, type Flags } from '../../../declaration.ts';
import { noWait, text, toggle } from '../../../declare/flags.ts';
import { getResource, pathOf, putResource } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { agentPool } from '../noun.ts';
import { changedSettings, upgradeFlags } from './upgrade-flags.ts';

/** `az aks nodepool upgrade`. */
export const command = defineCommand({
  words: 'aks nodepool upgrade',
  summary: 'Upgrade a node pool of a cluster.',
  flags: {
    ...agentPool.names,
    kubernetesVersion: text('--kubernetes-version -k', 'Version of Kubernetes to upgrade the pool to.'),
    nodeImageOnly: toggle('--node-image-only', 'Upgrade the images of the nodes only.'),
    ...upgradeFlags,
    yes: toggle('--yes -y', 'Do not prompt for confirmation.'),
    noWait: noWait(),
  },
  async run(call) {
    const { kubernetesVersion, nodeImageOnly } = call.flags;
    if (kubernetesVersion && nodeImageOnly) {
      throw new AzError(
        'Conflicting flags. Upgrading the Kubernetes version will also upgrade node image version. ' +
          'If you only want to upgrade the node version please use the "--node-image-only" option only.',
      );
    }
    if (changedSettings(call.flags, {}) && nodeImageOnly) throw new AzError(settingsBesideImages);
    if (nodeImageOnly) return upgradeImage(call);
    const { properties: _all, ...body } = await getResource(agentPool, call);
    const before = isObject(_all) ? _all : {};
    const version = before['orchestratorVersion'];
    if (!kubernetesVersion || kubernetesVersion === version) {
      if (
        !call.flags.yes &&
        !(await call.confirm(sameVersion(String(version), before['provisioningState'])))
      ) {
        return undefined;
      }
    }
    const settings = before['upgradeSettings'];
    const upgradeSettings = changedSettings(call.flags, isObject(settings) ? settings : {});
    const properties = {
      ...before,
      ...(kubernetesVersion && { orchestratorVersion: kubernetesVersion }),
      ...(upgradeSettings && { upgradeSettings }),
    };
    return putResource(agentPool, call, { ...body, properties });
  },
});

const settingsBesideImages =
  'Conflicting flags. Unable to specify max-surge/drain-timeout/node-soak-duration/max-unavailable with node-image-only.' +
  'If you want to use max-surge/drain-timeout/node-soak-duration with a node image upgrade, please first ' +
  'update max-surge/drain-timeout/node-soak-duration/max-unavailable using "az aks nodepool update --max-surge/--drain-timeout/--node-soak-duration/--max-unavailable".';

async function upgradeImage(call: Call<Flags>): Promise<Json | undefined> {
  await call.session.arm.long({
    method: 'POST',
    path: `${pathOf(agentPool, call)}/upgradeNodeImageVersion`,
    apiVersion: agentPool.apiVersion,
    noWait: call.flags['noWait'] === true,
  });
  return call.flags['noWait'] === true ? undefined : agentPool.present(await getResource(agentPool, call));
}

function sameVersion(version: string, state: unknown): string {
  if (state === 'Succeeded') {
    return `The cluster is already on version ${version} and is not in a failed state. No operations will occur when upgrading to the same version if the cluster is not in a failed state.`;
  }
  if (state === 'Failed') {
    return `Cluster currently in failed state. Proceeding with upgrade to existing version ${version} to attempt resolution of failed cluster state.`;
  }
  return 'The new kubernetes version is the same as the current kubernetes version.';
}
