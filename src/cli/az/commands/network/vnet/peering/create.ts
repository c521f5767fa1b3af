import { defineCommand } from '../../../../declaration.ts';
import { boolean, noWaitOptional, required, resourceGroup } from '../../../../declare/flags.ts';
import { putResource } from '../../../../declare/verbs.ts';
import { idOf } from '../../../../shape/references.ts';
import { peering } from './noun.ts';

/** `az network vnet peering create`. */
export const command = defineCommand({
  words: 'network vnet peering create',
  summary: 'Peer a virtual network with another one. The other one must be peered with this one, too.',
  flags: {
    resourceGroup: resourceGroup(),
    vnetName: required('--vnet-name', 'The virtual network (VNet) name.'),
    name: required('--name -n', 'The name of the VNet peering.'),
    remoteVnet: required('--remote-vnet', 'Name or ID of the remote VNet.'),
    allowAccess: boolean('--allow-vnet-access', 'Whether machines of the two networks reach each other.'),
    allowForwarded: boolean('--allow-forwarded-traffic', 'Whether forwarded traffic is allowed.'),
    allowTransit: boolean(
      '--allow-gateway-transit',
      'Whether the remote network may use gateways of this one.',
    ),
    useRemoteGateways: boolean(
      '--use-remote-gateways',
      "Whether this network uses the remote network's gateways.",
    ),
    completeVnets: boolean('--peer-complete-vnets', 'Whether the complete address spaces are peered.', {
      defaultText: 'True',
    }),
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
    const switches = {
      allowVirtualNetworkAccess: flags.allowAccess,
      allowForwardedTraffic: flags.allowForwarded,
      allowGatewayTransit: flags.allowTransit,
      useRemoteGateways: flags.useRemoteGateways,
    };
    const given = Object.fromEntries(Object.entries(switches).filter(([, value]) => value !== undefined));
    return putResource(peering, call, {
      properties: {
        ...given,
        peerCompleteVnets: flags.completeVnets ?? true,
        remoteVirtualNetwork: { id: idOf(session, { typed, resourceGroup: group, type }) },
      },
    });
  },
});
