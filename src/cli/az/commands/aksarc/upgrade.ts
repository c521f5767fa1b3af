import { isObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { noWait, required } from '../../declare/flags.ts';
import { getResource, putResource } from '../../declare/verbs.ts';
import { arcCluster, writable } from './noun.ts';

/** `az aksarc upgrade`. */
export const command = defineCommand({
  words: 'aksarc upgrade',
  summary: 'Upgrade an AKS Arc cluster: its control plane, then the nodes of its pools.',
  flags: {
    ...arcCluster.names,
    kubernetesVersion: required(
      '--kubernetes-version -k',
      'Version of Kubernetes to upgrade the cluster to.',
    ),
    noWait: noWait(),
  },
  confirmation:
    'Kubernetes may be unavailable during cluster upgrades.\n Are you sure you want to perform this operation?',
  examples: [
    {
      text: 'Upgrade a cluster to a version.',
      command: 'az aksarc upgrade -n MyCluster -g MyGroup --kubernetes-version 1.31.9',
    },
  ],
  async run(call) {
    const { kubernetesVersion } = call.flags;
    const { properties, ...envelope } = writable(await getResource(arcCluster, call));
    const before = isObject(properties) ? properties : {};
    return putResource(arcCluster, call, { ...envelope, properties: { ...before, kubernetesVersion } });
  },
});
