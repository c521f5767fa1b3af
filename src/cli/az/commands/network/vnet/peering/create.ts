import { defineCommand } from '../../../../declaration.ts';
import { noWaitOptional, required, resourceGroup } from '../../../../declare/flags.ts';
import { putResource } from '../../../../declare/verbs.ts';
import { idOf } from '../../../../shape/references.ts';
import { peering } from './noun.ts';
import { switchedProperties, switches } from './switches.ts';

const switchedOff = {
  allowVirtualNetworkAccess: false,
  allowForwardedTraffic: false,
  allowGatewayTransit: false,
  useRemoteGateways: false,
  peerCompleteVnets: true,
};

/** `az network vnet peering create`. */
export const command = defineCommand({
  words: 'network vnet peering create',
  summary: 'Peer a virtual network with another one. The other one must be peered with this one, too.',
  flags: {
    resourceGroup: resourceGroup(),
    vnetName: required('--vnet-name', 'The virtual network (VNet) name.'),
    name: required('--name -n', 'The name of the VNet peering.'),
    remoteVnet: required('--remote-vnet', 'Name or ID of the remote VNet.'),
    ...switches,
    noWait: noWaitOptional(),
  },
  examples: [
    {
      text: 'Peer two networks, one direction.',
      command:
        'az network vnet peering create -g MyResourceGroup -n Vnet1ToVnet2 --vnet-name MyVnet1 --remote-vnet MyVnet2 --allow-vnet-access',
    },
  ],
  async run(call) {
    const { flags, session } = call;
    const type = 'Microsoft.Network/virtualNetworks';
    const { resourceGroup: group, remoteVnet: typed } = flags;
    return putResource(peering, call, {
      properties: {
        // As az: what is not switched on is switched off, also where it was on.
        ...switchedOff,
        ...switchedProperties(flags),
        remoteVirtualNetwork: { id: idOf(session, { typed, resourceGroup: group, type }) },
      },
    });
  },
});
