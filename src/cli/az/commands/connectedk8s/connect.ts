import { defineCommand } from '../../declaration.ts';
import { location, noWait, tags, text } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { agentFlags } from './agents.ts';
import { connectedCluster } from './noun.ts';

/** `az connectedk8s connect`: a refusal, whatever is asked for beside the name. */
export const command = defineCommand({
  words: 'connectedk8s connect',
  summary: 'Connect a Kubernetes cluster to Azure Arc (refused: Drydock runs no Arc agents inside clusters).',
  flags: {
    ...connectedCluster.names,
    location: location(),
    tags: tags(),
    distribution: text('--distribution', 'Distribution of the cluster.'),
    infrastructure: text('--infrastructure', 'Infrastructure of the cluster.'),
    noWait: noWait(),
    ...agentFlags,
  },
  async run() {
    throw new AzError(
      'Connecting a cluster is not built in Drydock: it installs Arc agents of Microsoft inside the cluster, and Drydock runs none.',
      { advice: ["Clusters that are reached through Arc are made by 'az aksarc create'."] },
    );
  },
});
