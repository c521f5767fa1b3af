import type { JsonObject } from '../../../../../../base/index.ts';
import { defineCommand, type Values } from '../../../../declaration.ts';
import {
  integer,
  list,
  location,
  noWait,
  required,
  resourceGroup,
  tags,
  text,
  toggle,
} from '../../../../declare/flags.ts';
import { putResource } from '../../../../declare/verbs.ts';
import { locationOrGroups } from '../../../../shape/location.ts';
import { logicalNetwork } from './noun.ts';

const flags = {
  name: required('--name -n', 'Name of the logical network.'),
  resourceGroup: resourceGroup(),
  customLocation: required('--custom-location', 'ID of the custom location.'),
  location: location(),
  switchName: text('--vm-switch-name', 'Name of the network switch.'),
  allocation: text('--ip-allocation-method', 'How addresses are handed out.', {
    choices: ['Dynamic', 'Static'],
  }),
  prefixes: list('--address-prefixes', 'Address prefix of the network.'),
  gateway: text('--gateway', 'Address of the default gateway.'),
  noGateway: toggle('--no-gateway', 'The network has no gateway.'),
  dnsServers: list('--dns-servers', 'Addresses of DNS servers.'),
  noDnsServers: toggle('--no-dns-servers', 'The network has no DNS servers.'),
  poolStart: text('--ip-pool-start', 'First address of the pool.'),
  poolEnd: text('--ip-pool-end', 'Last address of the pool.'),
  poolType: text('--ip-pool-type', 'Kind of the pool.', { choices: ['vm', 'vippool'] }),
  vlan: integer('--vlan', 'VLAN of the network.'),
  tags: tags(),
  noWait: noWait(),
} as const;

/** `az stack-hci-vm network lnet create`. */
export const command = defineCommand({
  words: 'stack-hci-vm network lnet create',
  summary: 'Create a logical network.',
  flags,
  examples: [
    {
      text: 'Create a static logical network.',
      command:
        'az stack-hci-vm network lnet create -g MyGroup -n MyNet --custom-location CL_ID --vm-switch-name "ConvergedSwitch" --ip-allocation-method "Static" --address-prefixes 192.168.0.0/24 --gateway 192.168.0.1 --dns-servers 192.168.0.1 --ip-pool-start 192.168.0.20 --ip-pool-end 192.168.0.60',
    },
  ],
  async run(call) {
    const given = call.flags;
    return putResource(logicalNetwork, call, {
      location: await locationOrGroups(call.session, given.location, given.resourceGroup),
      extendedLocation: { type: 'CustomLocation', name: given.customLocation },
      ...(given.tags ? { tags: given.tags } : {}),
      properties: {
        ...(given.switchName === undefined ? {} : { vmSwitchName: given.switchName }),
        ...(given.dnsServers && !given.noDnsServers ? { dhcpOptions: { dnsServers: given.dnsServers } } : {}),
        subnets: [{ name: given.name, properties: subnetOf(given) }],
      },
    });
  },
});

function subnetOf(given: Values<typeof flags>): JsonObject {
  const { poolStart, poolEnd, poolType, gateway } = given;
  const pool = {
    start: poolStart,
    end: poolEnd,
    ...(poolType === undefined ? {} : { ipPoolType: poolType }),
  };
  const route = { name: 'default', properties: { addressPrefix: '0.0.0.0/0', nextHopIpAddress: gateway } };
  return {
    ...(given.prefixes ? { addressPrefix: given.prefixes[0] } : {}),
    ipAllocationMethod: given.allocation ?? 'Dynamic',
    ...(poolStart !== undefined && poolEnd !== undefined ? { ipPools: [pool] } : {}),
    ...(given.vlan === undefined ? {} : { vlan: given.vlan }),
    ...(gateway !== undefined && !given.noGateway ? { routeTable: { properties: { routes: [route] } } } : {}),
  };
}
