import { isObject, type Json, type JsonObject } from '../../../../base/index.ts';
import { type Call, defineCommand, type Flags } from '../../declaration.ts';
import { noWait, text, toggle } from '../../declare/flags.ts';
import { getResource, pathOf, putResource } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { cluster } from './noun.ts';
import { poolsOf } from './pools.ts';

const unavailable =
  'Kubernetes may be unavailable during cluster upgrades.\n Are you sure you want to perform this operation?';

/** `az aks upgrade`. */
export const command = defineCommand({
  words: 'aks upgrade',
  summary: 'Upgrade a managed Kubernetes cluster to a newer version.',
  flags: {
    ...cluster.names,
    kubernetesVersion: text(
      '--kubernetes-version -k',
      'Version of Kubernetes to upgrade the cluster to, such as "1.34.0".',
    ),
    controlPlaneOnly: toggle('--control-plane-only', 'Upgrade the control plane only.'),
    nodeImageOnly: toggle('--node-image-only', 'Upgrade the images of the nodes only.'),
    yes: toggle('--yes -y', 'Do not prompt for confirmation.'),
    noWait: noWait(),
  },
  examples: [
    {
      text: 'Upgrade a cluster to a version.',
      command: 'az aks upgrade -g MyResourceGroup -n MyManagedCluster --kubernetes-version 1.34.0',
    },
  ],
  async run(call) {
    const { kubernetesVersion = '', controlPlaneOnly, nodeImageOnly, yes } = call.flags;
    const sure = async (question: string) => yes || (await call.confirm(question));
    if (!(await sure(unavailable))) return undefined;
    const body = await getResource(cluster, call);
    if (kubernetesVersion && nodeImageOnly) {
      throw new AzError(
        'Conflicting flags. Upgrading the Kubernetes version will also upgrade node image version. ' +
          'If you only want to upgrade the node version please use the "--node-image-only" option only.',
      );
    }
    if (nodeImageOnly) return upgradeImages(body, call, sure);
    const properties = isObject(body['properties']) ? body['properties'] : {};
    const before = String(properties['kubernetesVersion'] ?? '');
    if (kubernetesVersion === '' || kubernetesVersion === before) {
      call.warn(
        `The cluster is already on version ${before} and is not in a failed state. No operations will occur when upgrading to the same version if the cluster is not in a failed state.`,
      );
    }
    if (!(await sure(question(kubernetesVersion, controlPlaneOnly)))) return undefined;
    const agentPoolProfiles = poolsOf(body).map((pool) =>
      controlPlaneOnly ? pool : { ...pool, orchestratorVersion: kubernetesVersion },
    );
    return putResource(cluster, call, {
      ...body,
      properties: { ...properties, kubernetesVersion, agentPoolProfiles },
    });
  },
});

const imagesAlone =
  'This node image upgrade operation will run across every node pool in the clusterand might take a while, do you wish to continue?';

/** Asks for each pool without waiting for the one before, as az does; then shows the cluster. */
async function upgradeImages(
  body: JsonObject,
  call: Call<Flags>,
  sure: (question: string) => Promise<boolean>,
): Promise<Json | undefined> {
  if (!(await sure(imagesAlone))) return undefined;
  const path = pathOf(cluster, call);
  for (const { name } of poolsOf(body)) {
    const action = `${path}/agentPools/${encodeURIComponent(String(name))}/upgradeNodeImageVersion`;
    await call.session.arm.send({ method: 'POST', path: action, apiVersion: cluster.apiVersion });
  }
  return cluster.present(await getResource(cluster, call));
}

function question(version: string, controlPlaneOnly: boolean): string {
  if (!controlPlaneOnly) {
    return `Since --control-plane-only parameter is not specified, this will upgrade the control plane AND all nodepools to version ${version}. Continue?`;
  }
  return (
    `Since --control-plane-only parameter is specified, this will upgrade only the kubernetes version of the control plane to ${version}. ` +
    'Kubernetes versions of the node pools will remain unchanged, but node image version may be upgraded if there has been cluster config change that requires VM reimage. Continue?'
  );
}
