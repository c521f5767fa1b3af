import type { TableTransformer } from '../../../declaration.ts';
import { required, resourceGroup } from '../../../declare/flags.ts';
import type { Noun } from '../../../declare/verbs.ts';
import { flattenDeep } from '../../../shape/flatten.ts';
import { rows } from '../../../shape/rows.ts';

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

/** Columns of public IP addresses. */
export const publicIpTable: TableTransformer = rows((one) => ({
  Name: one['name'],
  ResourceGroup: one['resourceGroup'],
  Location: one['location'],
  Zones: Array.isArray(one['zones']) ? one['zones'].join(' ') : '',
  Address: one['ipAddress'],
  IdleTimeoutInMinutes: one['idleTimeoutInMinutes'],
  ProvisioningState: one['provisioningState'],
}));
