import { required, resourceGroup } from '../../../declare/flags.ts';
import type { Noun } from '../../../declare/verbs.ts';
import { flattenDeep } from '../../../shape/flatten.ts';

/** A public IP address. */
export const publicIp: Noun = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Network/publicIPAddresses/{name}',
  apiVersion: '2025-09-01',
  names: {
    resourceGroup: resourceGroup(),
    name: required('--name -n', 'The name of the public IP address.'),
  },
  idStyle: 'aaz',
  present: flattenDeep,
};
