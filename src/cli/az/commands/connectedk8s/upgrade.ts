import { defineCommand } from '../../declaration.ts';
import { text } from '../../declare/flags.ts';
import { agentFlags, noAgents, ownCluster } from './agents.ts';
import { connectedCluster } from './noun.ts';

/** `az connectedk8s upgrade`. */
export const command = defineCommand({
  words: 'connectedk8s upgrade',
  summary: 'Upgrade the Arc agents of a connected cluster.',
  flags: {
    ...connectedCluster.names,
    agentVersion: text('--agent-version', 'Version of the agents.'),
    timeout: text('--upgrade-timeout', 'Seconds until the agents must be there.'),
    ...agentFlags,
  },
  async run(call) {
    const found = await ownCluster(
      call,
      "Upgrading a Provisioned Cluster is not supported from the Connected Cluster CLI. Please use the 'az aksarc upgrade' CLI command. https://learn.microsoft.com/en-us/cli/azure/aksarc?view=azure-cli-latest#az-aksarc-upgrade",
    );
    throw noAgents(found);
  },
});
