import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { noWait, required, resourceGroup, text, toggle } from '../../../declare/flags.ts';
import { putResource } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { isResourceId } from '../../../ids.ts';
import { autoUpgradeProfile } from '../update-nouns.ts';

const flags = {
  name: required('--name -n', 'Specify name for the auto upgrade profile.'),
  resourceGroup: resourceGroup(),
  fleetName: required('--fleet-name -f', 'Specify the fleet name.'),
  channel: required('--channel -c', 'The releases that members follow.', {
    choices: ['NodeImage', 'Rapid', 'SecurityPatch', 'Stable', 'TargetKubernetesVersion'],
  }),
  updateStrategyId: text(
    '--update-strategy-id',
    'ID of the update strategy of the runs. Without it members are updated one by one.',
  ),
  nodeImageSelection: text('--node-image-selection', 'How node images are chosen.', {
    choices: ['Consistent', 'Latest'],
  }),
  targetKubernetesVersion: text(
    '--target-kubernetes-version --tkv',
    'Minor version of Kubernetes to follow, such as 1.33; for the channel TargetKubernetesVersion.',
  ),
  longTermSupport: toggle('--long-term-support --lts', 'Follow releases of long-term support too.'),
  disabled: toggle('--disabled', 'Make no runs for now.'),
  noWait: noWait(),
} as const;

/** `az fleet autoupgradeprofile create`. */
export const command = defineCommand({
  words: 'fleet autoupgradeprofile create',
  summary: 'Create a fleet auto upgrade profile.',
  flags,
  examples: [
    {
      text: 'Follow the stable releases of Kubernetes.',
      command: 'az fleet autoupgradeprofile create -g MyResourceGroup -f MyFleet -n MyProfile -c Stable',
    },
    {
      text: 'Follow the patches of a minor version, in the order of a strategy.',
      command:
        'az fleet autoupgradeprofile create -g MyResourceGroup -f MyFleet -n MyProfile -c TargetKubernetesVersion --tkv 1.33 --update-strategy-id "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/MyResourceGroup/providers/Microsoft.ContainerService/fleets/MyFleet/updateStrategies/MyStrategy"',
    },
  ],
  async run(call) {
    const { channel, updateStrategyId, nodeImageSelection, targetKubernetesVersion } = call.flags;
    if (updateStrategyId !== undefined && !isResourceId(updateStrategyId)) {
      throw new AzError('--update-strategy-id is not a valid Azure resource ID.');
    }
    if (channel === 'NodeImage' && nodeImageSelection !== undefined) {
      throw new AzError(
        'node_image_selection must NOT be populated when channel type `NodeImage` is selected',
      );
    }
    const properties: JsonObject = {
      channel,
      disabled: call.flags.disabled,
      longTermSupport: call.flags.longTermSupport,
      ...(updateStrategyId !== undefined && { updateStrategyId }),
      ...(nodeImageSelection !== undefined && { nodeImageSelection: { type: nodeImageSelection } }),
      ...(targetKubernetesVersion !== undefined && { targetKubernetesVersion }),
    };
    return putResource(autoUpgradeProfile, call, { properties });
  },
});
