import { required, resourceGroup } from '../../../declare/flags.ts';
import type { Noun } from '../../../declare/verbs.ts';
import { flattenDeep } from '../../../shape/flatten.ts';

/** A virtual network. */
export const vnet: Noun = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Network/virtualNetworks/{name}',
  apiVersion: '2025-07-01',
  names: { resourceGroup: resourceGroup(), name: required('--name -n', 'The virtual network (VNet) name.') },
  idStyle: 'aaz',
  present: flattenDeep,
};
