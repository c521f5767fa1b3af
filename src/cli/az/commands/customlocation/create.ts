import { readFileSync } from 'node:fs';
import { defineCommand } from '../../declaration.ts';
import { location, noWait, required, requiredList, resourceGroup, tags, text } from '../../declare/flags.ts';
import { putResource } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { expandHome } from '../../parse/files.ts';
import { locationOrGroups } from '../../shape/location.ts';
import { customLocation } from './noun.ts';

/** `az customlocation create`. */
export const command = defineCommand({
  words: 'customlocation create',
  summary: 'Create a custom location.',
  flags: {
    name: required('--name -n', 'Name of the custom location.'),
    resourceGroup: resourceGroup(),
    namespace: required('--namespace', 'Namespace of the host cluster that the location maps to.'),
    host: required('--host-resource-id', 'ID of the host cluster.'),
    extensions: requiredList('--cluster-extension-ids -c', 'IDs of cluster extensions.'),
    kubeconfig: text('--kubeconfig', 'Kubeconfig file of the host cluster.'),
    location: location(),
    identity: text('--assign-identity', 'Identity of the custom location.', {
      choices: ['None', 'SystemAssigned'],
    }),
    tags: tags(),
    noWait: noWait(),
  },
  async run(call) {
    const { flags, session, context } = call;
    const namespace = 'Microsoft.ExtendedLocation';
    const provider = await session.arm.get(
      `/subscriptions/${session.subscriptionId}/providers/${namespace}`,
      '2024-11-01',
    );
    if (provider['registrationState'] !== 'Registered') {
      throw new AzError(`The ${namespace} resource provider is not registered.`, {
        advice: [`az provider register -n ${namespace} --wait`],
      });
    }
    return putResource(customLocation, call, {
      location: await locationOrGroups(session, flags.location, flags.resourceGroup),
      ...(flags.tags ? { tags: flags.tags } : {}),
      ...(flags.identity ? { identity: { type: flags.identity } } : {}),
      properties: {
        hostType: 'Kubernetes',
        displayName: flags.name,
        namespace: flags.namespace,
        clusterExtensionIds: flags.extensions,
        hostResourceId: flags.host,
        ...(flags.kubeconfig === undefined
          ? {}
          : {
              authentication: {
                value: readFileSync(expandHome(flags.kubeconfig, context)).toString('base64'),
              },
            }),
      },
    });
  },
});
