import { isObject } from '../../../../../../base/index.ts';
import { text } from '../../../../declare/flags.ts';
import { updateCommand } from '../../../../declare/update.ts';
import { idOf } from '../../../../shape/references.ts';
import { peeringMembers } from '../../members.ts';
import { peering } from './noun.ts';
import { switchedProperties, switches } from './switches.ts';

/** `az network vnet peering update`. */
export const command = updateCommand(peering, {
  words: 'network vnet peering update',
  summary: 'Update a peering.',
  flags: { ...switches, remoteVnet: text('--remote-vnet', 'Name or ID of the remote VNet.') },
  operations: ['set', 'add', 'remove'],
  view: 'flat',
  members: peeringMembers,
  noWait: true,
  apply(resource, flags, { session, resourceGroup }) {
    const properties = isObject(resource['properties']) ? resource['properties'] : {};
    const { remoteVnet: typed } = flags;
    const type = 'Microsoft.Network/virtualNetworks';
    resource['properties'] = {
      ...properties,
      ...switchedProperties(flags),
      ...(typed && { remoteVirtualNetwork: { id: idOf(session, { typed, resourceGroup, type }) } }),
    };
  },
  examples: [
    {
      text: 'Let forwarded traffic pass.',
      command:
        'az network vnet peering update -g MyResourceGroup -n Vnet1ToVnet2 --vnet-name MyVnet1 --allow-forwarded-traffic true',
    },
  ],
});
