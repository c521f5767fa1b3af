import { isObject } from '../../../../../base/index.ts';
import { listCommand } from '../../../declare/verbs.ts';
import { rows } from '../../../shape/rows.ts';
import { vnet } from './noun.ts';

/** `az network vnet list`. */
export const command = listCommand(vnet, {
  words: 'network vnet list',
  summary: 'List virtual networks.',
  table: rows((one) => ({
    Name: one['name'],
    ResourceGroup: one['resourceGroup'],
    Location: one['location'],
    NumSubnets: Array.isArray(one['subnets']) ? one['subnets'].length : 0,
    Prefixes: words(one['addressSpace'], 'addressPrefixes'),
    DnsServers: words(one['dhcpOptions'], 'dnsServers'),
    DDOSProtection: one['enableDdosProtection'],
    VMProtection: one['enableVmProtection'],
  })),
  examples: [{ text: 'List networks of a group.', command: 'az network vnet list -g MyResourceGroup' }],
});

function words(holder: unknown, key: string): string {
  const list = isObject(holder) ? holder[key] : undefined;
  return Array.isArray(list) ? list.join(', ') : '';
}
