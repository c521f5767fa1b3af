import { defineCommand } from '../../declaration.ts';
import { requiredList, text } from '../../declare/flags.ts';
import { agentFlags, demandFeatures, featuresHelp, noAgents, ownCluster } from './agents.ts';
import { connectedCluster } from './noun.ts';

/** `az connectedk8s enable-features`. */
export const command = defineCommand({
  words: 'connectedk8s enable-features',
  summary: 'Enable features of a connected cluster.',
  flags: {
    ...connectedCluster.names,
    features: requiredList('--features', featuresHelp),
    skipAzureRbac: text('--skip-azure-rbac-list', 'People who are authorized without Azure RBAC.'),
    customLocationsOid: text('--custom-locations-oid', "Object id of the 'custom-locations' application."),
    ...agentFlags,
  },
  async run(call) {
    demandFeatures(call.flags.features);
    call.warn('This operation might take a while...\n');
    const found = await ownCluster(
      call,
      'Enable feature of a Provisioned Cluster is not supported from the Connected Cluster CLI. For information on how to enable a feature on a Provisioned Cluster using a cluster extension, please refer to: https://learn.microsoft.com/en-us/azure/aks/deploy-extensions-az-cli',
    );
    throw noAgents(found);
  },
});
