import { isObject } from '../../../../../base/index.ts';
import { updateCommand } from '../../../declare/update.ts';
import { vnetMembers } from '../members.ts';
import { vnet } from './noun.ts';
import { vnetProperties, vnetSettings } from './settings.ts';

/** `az network vnet update`. */
export const command = updateCommand(vnet, {
  words: 'network vnet update',
  summary: 'Update a virtual network.',
  flags: vnetSettings,
  operations: ['set', 'add', 'remove'],
  view: 'flat',
  members: vnetMembers,
  noWait: true,
  async apply(resource, flags) {
    const properties = isObject(resource['properties']) ? resource['properties'] : {};
    resource['properties'] = { ...properties, ...(await vnetProperties(flags)) };
  },
  examples: [
    {
      text: 'Add an address prefix.',
      command:
        'az network vnet update -g MyResourceGroup -n MyVNet --address-prefixes 10.0.0.0/16 10.1.0.0/16',
    },
  ],
});
