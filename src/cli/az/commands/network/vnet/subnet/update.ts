import { isObject } from '../../../../../../base/index.ts';
import { updateCommand } from '../../../../declare/update.ts';
import { subnetMembers } from '../../members.ts';
import { subnet } from './noun.ts';
import { subnetProperties, subnetSettings } from './settings.ts';

/** `az network vnet subnet update`. */
export const command = updateCommand(subnet, {
  words: 'network vnet subnet update',
  summary: 'Update a subnet.',
  flags: subnetSettings,
  operations: ['set', 'add', 'remove'],
  view: 'flat',
  members: subnetMembers,
  noWait: true,
  async apply(resource, flags, { session, resourceGroup }) {
    const properties = isObject(resource['properties']) ? resource['properties'] : {};
    const changes = await subnetProperties(flags, { session, resourceGroup });
    if ('addressPrefix' in changes) delete properties['addressPrefixes'];
    if ('addressPrefixes' in changes) delete properties['addressPrefix'];
    resource['properties'] = { ...properties, ...changes };
  },
  examples: [
    {
      text: 'Delegate a subnet.',
      command:
        'az network vnet subnet update -g MyResourceGroup --vnet-name MyVNet -n MySubnet --delegations Microsoft.ContainerService/managedClusters',
    },
  ],
});
