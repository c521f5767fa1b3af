import { required, resourceGroup } from '../../../declare/flags.ts';
import type { Noun } from '../../../declare/verbs.ts';

/** A virtual network of the older service for AKS on Azure Local. */
export const arcVnet = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.HybridContainerService/virtualNetworks/{name}',
  apiVersion: '2024-01-01',
  names: {
    resourceGroup: resourceGroup(),
    name: required('--name -n', 'Name of the virtual network.'),
  },
  present: (body) => body,
} satisfies Noun;
