import { required, resourceGroup } from '../../../../declare/flags.ts';
import type { Noun } from '../../../../declare/verbs.ts';
import { flattenDeep } from '../../../../shape/flatten.ts';

/** A subnet of a virtual network. */
export const subnet: Noun = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Network/virtualNetworks/{vnetName}/subnets/{name}',
  apiVersion: '2024-07-01',
  names: {
    resourceGroup: resourceGroup(),
    vnetName: required('--vnet-name', 'The virtual network (VNet) name.'),
    name: required('--name -n', 'The subnet name.'),
  },
  idStyle: 'aaz',
  present: flattenDeep,
};
