import { required, resourceGroup } from '../../declare/flags.ts';
import type { Noun } from '../../declare/verbs.ts';
import { flattenDeep } from '../../shape/flatten.ts';

/** A user-assigned identity. */
export const identity: Noun = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}',
  apiVersion: '2025-05-31-preview',
  names: {
    resourceGroup: resourceGroup(),
    name: required('--name --resource-name -n', 'The name of the identity resource.'),
  },
  idStyle: 'aaz',
  present: flattenDeep,
};
