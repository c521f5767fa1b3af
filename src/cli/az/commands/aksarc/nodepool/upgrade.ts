import { defineCommand } from '../../../declaration.ts';
import { noWait, text } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { arcPool } from '../noun.ts';

/** `az aksarc nodepool upgrade`: pools have no version of their own. */
export const command = defineCommand({
  words: 'aksarc nodepool upgrade',
  summary: 'Node pools are upgraded with their cluster, by `az aksarc upgrade`.',
  flags: {
    ...arcPool.names,
    kubernetesVersion: text('--kubernetes-version -k', 'Version of Kubernetes.'),
    noWait: noWait(),
  },
  async run() {
    throw new AzError(
      "The node pools of an AKS Arc cluster are upgraded together with it. Use 'az aksarc upgrade' to upgrade the cluster.",
    );
  },
});
