import { defineCommand } from '../../../declaration.ts';
import { integer, list, location, noWait, required, tags, text } from '../../../declare/flags.ts';
import { putResource } from '../../../declare/verbs.ts';
import { locationOrGroups } from '../../../shape/location.ts';
import { arcVnet } from './noun.ts';

/** `az aksarc vnet create`. */
export const command = defineCommand({
  words: 'aksarc vnet create',
  summary: 'Create a virtual network.',
  flags: {
    ...arcVnet.names,
    customLocation: required('--custom-location', 'ID of the custom location.'),
    mocVnetName: required('--moc-vnet-name', 'Name of the network on the Azure Local instance.'),
    mocGroup: text('--moc-group', 'Group of the network on the instance.'),
    mocLocation: text('--moc-location', 'Location of the network on the instance.'),
    dnsServers: list('--dns-servers', 'Addresses of DNS servers.'),
    gateway: text('--gateway', 'Address of the gateway.'),
    ipAddressPrefix: text('--ip-address-prefix', 'Address range of the network.'),
    vipPoolStart: text('--vip-pool-start', 'First address for load balancers.'),
    vipPoolEnd: text('--vip-pool-end', 'Last address for load balancers.'),
    vmPoolStart: text('--vm-ip-pool-start', 'First address for nodes.'),
    vmPoolEnd: text('--vm-ip-pool-end', 'Last address for nodes.'),
    vlanId: integer('--vlan-id', 'VLAN of the network.'),
    location: location(),
    tags: tags(),
    noWait: noWait(),
  },
  async run(call) {
    const given = call.flags;
    const place = await locationOrGroups(call.session, given.location, given.resourceGroup);
    const pool = (startIP: string | undefined, endIP: string | undefined) =>
      startIP || endIP ? [{ ...(startIP && { startIP }), ...(endIP && { endIP }) }] : undefined;
    const vipPool = pool(given.vipPoolStart, given.vipPoolEnd);
    const vmipPool = pool(given.vmPoolStart, given.vmPoolEnd);
    return putResource(arcVnet, call, {
      location: place,
      extendedLocation: { type: 'CustomLocation', name: given.customLocation },
      ...(given.tags && { tags: given.tags }),
      properties: {
        infraVnetProfile: {
          hci: {
            mocVnetName: given.mocVnetName,
            ...(given.mocGroup && { mocGroup: given.mocGroup }),
            ...(given.mocLocation && { mocLocation: given.mocLocation }),
          },
        },
        ...(given.dnsServers && { dnsServers: given.dnsServers }),
        ...(given.gateway && { gateway: given.gateway }),
        ...(given.ipAddressPrefix && { ipAddressPrefix: given.ipAddressPrefix }),
        ...(vipPool && { vipPool }),
        ...(vmipPool && { vmipPool }),
        ...(given.vlanId !== undefined && { vlanID: given.vlanId }),
      },
    });
  },
});
