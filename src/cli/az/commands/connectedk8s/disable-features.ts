import { defineCommand } from '../../declaration.ts';
import { requiredList } from '../../declare/flags.ts';
import { agentFlags, demandFeatures, featuresHelp, noAgents, ownCluster } from './agents.ts';
import { connectedCluster } from './noun.ts';

/** `az connectedk8s disable-features`. */
export const command = defineCommand({
  words: 'connectedk8s disable-features',
  summary: 'Disable features of a connected cluster.',
  flags: {
    ...connectedCluster.names,
    features: requiredList('--features', featuresHelp),
    ...agentFlags,
  },
  confirmation:
    'Disabling few of the features may adversely impact dependent resources. Learn more about this at https://aka.ms/ArcK8sDependentResources. \nAre you sure you want to disable these features?',
  async run(call) {
    demandFeatures(call.flags.features);
    const found = await ownCluster(
      call,
      'Disable feature of a Provisioned Cluster is not supported from the Connected Cluster CLI. For information on how to disable a feature on a Provisioned Cluster using a cluster extension, please refer to: https://learn.microsoft.com/en-us/azure/aks/deploy-extensions-az-cli',
    );
    throw noAgents(found);
  },
});
