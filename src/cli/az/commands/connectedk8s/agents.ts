import type { JsonObject } from '../../../../base/index.ts';
import type { Call, Flags } from '../../declaration.ts';
import { text, toggle } from '../../declare/flags.ts';
import { getResource } from '../../declare/verbs.ts';
import { AzError, UsageError } from '../../errors.ts';
import { connectedCluster } from './noun.ts';

/** How the cluster is reached whose agents a command changes. */
export const agentFlags = {
  kubeConfig: text('--kube-config', 'Path to the kubeconfig of the cluster.'),
  kubeContext: text('--kube-context', 'Context of the kubeconfig.'),
  skipSsl: toggle('--skip-ssl-verification', 'Do not check the certificate of the cluster.'),
} as const;

const features = ['cluster-connect', 'azure-rbac', 'custom-locations'] as const;

export const featuresHelp = `Features, separated by spaces: ${features.join(', ')}.`;

/** Throws for a name that is no feature's; az takes them in any case. */
export function demandFeatures(names: readonly string[]): void {
  const stranger = names.find((name) => !features.some((feature) => feature === name.toLowerCase()));
  if (stranger === undefined) return;
  const choices = features.map((feature) => `'${feature}'`).join(', ');
  throw new UsageError(`argument --features: invalid choice: '${stranger}' (choose from ${choices})`);
}

/** The cluster, when it is none that `az aksarc` made; such one is refused with `refusal`. */
export async function ownCluster(call: Call<Flags>, refusal: string): Promise<JsonObject> {
  const found = await getResource(connectedCluster, call);
  if (String(found['kind'] ?? '').toLowerCase() === 'provisionedcluster') throw new AzError(refusal);
  return found;
}

/** What the agents of a cluster would be asked to do: there are none, since connecting one is not built. */
export function noAgents(found: JsonObject): AzError {
  return new AzError(
    `The connected cluster '${String(found['name'] ?? '')}' is a record: Drydock runs no Arc agents inside clusters, so there are none to change.`,
    { advice: ["Clusters with all that Arc gives them are made by 'az aksarc create'."] },
  );
}
