import { defineCommand } from '../../../declaration.ts';
import { noWait, required, resourceGroup, tags, textOr } from '../../../declare/flags.ts';
import { getResource, putResource } from '../../../declare/verbs.ts';
import { fleet, managedNamespace } from '../noun.ts';
import { namespaceBody, namespaceFlags, previewNotice, propagationBody } from './options.ts';

/** `az fleet namespace create`. */
export const command = defineCommand({
  words: 'fleet namespace create',
  summary: 'Create or update a managed namespace of a fleet.',
  notice: previewNotice,
  flags: {
    name: required('--name -n', 'Specify the managed namespace name.'),
    resourceGroup: resourceGroup(),
    fleetName: required('--fleet-name -f', 'Specify the fleet name.'),
    tags: tags(),
    ...namespaceFlags,
    deletePolicy: textOr('--delete-policy', 'What becomes of the namespace with its resource.', 'Keep', {
      choices: ['Keep', 'Delete'],
    }),
    adoptionPolicy: textOr('--adoption-policy', 'What to do with a namespace that is there.', 'Never', {
      choices: ['Always', 'IfIdentical', 'Never'],
    }),
    noWait: noWait(),
  },
  examples: [
    {
      text: 'Create a managed namespace and place it on two members.',
      command:
        'az fleet namespace create -g MyFleetResourceGroup -f MyFleetName -n my-namespace --cpu-requests 1000m --memory-limits 1Gi --ingress-policy AllowSameNamespace --member-cluster-names member1 member2',
    },
  ],
  async run(call) {
    const given = call.flags;
    const owner = await getResource(fleet, {
      session: call.session,
      flags: { resourceGroup: given.resourceGroup, name: given.fleetName },
    });
    const propagationPolicy = propagationBody(given.memberClusterNames);
    if (!propagationPolicy) {
      call.warn('--member-cluster-names was empty; namespace will not be placed on any member clusters');
    }
    return putResource(managedNamespace, call, {
      location: owner['location'],
      ...(given.tags ? { tags: given.tags } : {}),
      properties: {
        managedNamespaceProperties: namespaceBody(given),
        adoptionPolicy: given.adoptionPolicy,
        deletePolicy: given.deletePolicy,
        ...(propagationPolicy && { propagationPolicy }),
      },
    });
  },
});
