import { defineCommand } from '../../../declaration.ts';
import { noWait, required, resourceGroup, text } from '../../../declare/flags.ts';
import { putResource } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { isResourceId } from '../../../ids.ts';
import { readLabels } from '../../../shape/labels.ts';
import { member } from '../noun.ts';

/** `az fleet member create`. */
export const command = defineCommand({
  words: 'fleet member create',
  summary: 'Join a cluster to a fleet.',
  flags: {
    name: required('--name -n', 'Specify the fleet member name.'),
    resourceGroup: resourceGroup(),
    fleetName: required('--fleet-name -f', 'Specify the fleet name.'),
    clusterId: required('--member-cluster-id', 'ID of the managed cluster.'),
    updateGroup: text('--update-group', 'Group of the member in update runs.'),
    labels: text(
      '--member-labels --labels',
      'Blank-separated labels in one argument: "key=value key=value".',
    ),
    noWait: noWait(),
  },
  examples: [
    {
      text: 'Join a cluster.',
      command:
        'az fleet member create -g MyFleetResourceGroup -f MyFleetName -n NameOfMember --member-cluster-id "/subscriptions/mysubid/resourcegroups/myrg/providers/Microsoft.ContainerService/managedClusters/mycluster"',
    },
  ],
  async run(call) {
    const { clusterId, updateGroup, labels } = call.flags;
    if (!isResourceId(clusterId)) throw new AzError('--member-cluster-id is not a valid Azure resource ID.');
    return putResource(member, call, {
      properties: {
        clusterResourceId: clusterId,
        ...(updateGroup === undefined ? {} : { group: updateGroup }),
        ...(labels === undefined ? {} : { labels: readLabels(labels) }),
      },
    });
  },
});
