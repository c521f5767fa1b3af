import { required, resourceGroup } from '../../../declare/flags.ts';
import type { Noun } from '../../../declare/verbs.ts';
import { flattenDeep } from '../../../shape/flatten.ts';

/** A Bastion host. */
export const bastion: Noun = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Network/bastionHosts/{name}',
  apiVersion: '2024-01-01',
  names: {
    resourceGroup: resourceGroup(),
    name: required('--name --bastion-host-name -n', 'Name of the Bastion host.'),
  },
  idStyle: 'aaz',
  present: flattenDeep,
};
