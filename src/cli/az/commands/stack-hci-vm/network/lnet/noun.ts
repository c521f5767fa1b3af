import { required, resourceGroup } from '../../../../declare/flags.ts';
import type { Noun } from '../../../../declare/verbs.ts';

/** A logical network; printed as the service sends it. */
export const logicalNetwork: Noun = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.AzureStackHCI/logicalNetworks/{name}',
  apiVersion: '2024-01-01',
  names: { resourceGroup: resourceGroup(), name: required('--name -n', 'Name of the logical network.') },
  present: (body) => body,
};
