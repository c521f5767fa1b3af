import { required, resourceGroup } from '../../../../declare/flags.ts';
import type { Noun } from '../../../../declare/verbs.ts';
import { flattenDeep } from '../../../../shape/flatten.ts';

/** A peering of a virtual network with another one. */
export const peering: Noun = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Network/virtualNetworks/{vnetName}/virtualNetworkPeerings/{name}',
  apiVersion: '2025-07-01',
  names: {
    resourceGroup: resourceGroup(),
    vnetName: required('--vnet-name', 'The virtual network (VNet) name.'),
    name: required('--name -n', 'The name of the VNet peering.'),
  },
  idStyle: 'aaz',
  present: flattenDeep,
};
