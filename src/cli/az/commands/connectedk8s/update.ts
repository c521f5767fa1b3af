import type { JsonObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { tags, text, toggle } from '../../declare/flags.ts';
import { pathOf } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { jsonObject } from '../../http/arm-call.ts';
import { agentFlags, ownCluster } from './agents.ts';
import { connectedCluster } from './noun.ts';

const nothingSaid =
  'No parmeters were specified with update command. Please run az connectedk8s update --help to check parameters available for update';

/** `az connectedk8s update`: what stands on the resource; its agents are not here. */
export const command = defineCommand({
  words: 'connectedk8s update',
  summary: 'Update a connected cluster.',
  flags: {
    ...connectedCluster.names,
    tags: tags(),
    distribution: text('--distribution', 'Distribution of the cluster.'),
    distributionVersion: text('--distribution-version', 'Version of the distribution.'),
    hybridBenefit: text('--azure-hybrid-benefit', 'Use the Azure Hybrid Benefit.', {
      choices: ['True', 'False', 'NotApplicable'],
    }),
    yes: toggle('--yes -y', 'Do not ask.'),
    ...agentFlags,
  },
  examples: [
    {
      text: 'Tag a connected cluster.',
      command: 'az connectedk8s update -n MyCluster -g MyGroup --tags team=a',
    },
  ],
  async run(call) {
    const given = call.flags;
    const properties: JsonObject = {
      ...(given.distribution !== undefined && { distribution: given.distribution }),
      ...(given.distributionVersion !== undefined && { distributionVersion: given.distributionVersion }),
      ...(given.hybridBenefit !== undefined && { azureHybridBenefit: given.hybridBenefit }),
    };
    await ownCluster(
      call,
      "Updating a Provisioned Cluster is not supported from the Connected Cluster CLI. Please use the 'az aksarc update' CLI command. https://learn.microsoft.com/en-us/cli/azure/aksarc?view=azure-cli-latest#az-aksarc-update",
    );
    const changes = Object.keys(properties).length > 0;
    if (!given.tags && !changes) throw new AzError(nothingSaid);
    const answer = await call.session.arm.send({
      method: 'PATCH',
      path: pathOf(connectedCluster, call),
      apiVersion: connectedCluster.apiVersion,
      body: { ...(given.tags && { tags: given.tags }), ...(changes && { properties }) },
      headers: { ...connectedCluster.headers },
    });
    return connectedCluster.present(jsonObject(answer));
  },
});
