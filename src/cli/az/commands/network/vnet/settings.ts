import { isObject, type Json, type JsonObject } from '../../../../../base/index.ts';
import type { Values } from '../../../declaration.ts';
import { boolean, integer, shorthand, text } from '../../../declare/flags.ts';
import { readShorthandList } from '../../../parse/shorthand.ts';

/** Settings of a virtual network that create and update share. */
export const vnetSettings = {
  addressPrefixes: shorthand(
    '--address-prefixes',
    'Space-separated list of IP address prefixes for the VNet.',
  ),
  dnsServers: shorthand('--dns-servers', 'Space-separated list of DNS server IP addresses.'),
  ddosProtection: boolean('--ddos-protection', 'Whether DDoS protection is enabled.'),
  vmProtection: boolean('--vm-protection', 'Whether VM protection is enabled for all subnets.'),
  flowTimeout: integer('--flowtimeout', 'Flow timeout of the virtual network in minutes.'),
  encryption: boolean('--enable-encryption', 'Whether traffic within the network is encrypted.'),
  encryptionPolicy: text(
    '--encryption-enforcement-policy --encryption-policy',
    'Whether machines without encryption are allowed.',
    { choices: ['AllowUnencrypted', 'DropUnencrypted'] },
  ),
  endpointPolicies: text(
    '--private-endpoint-vnet-policies --pe-vnet-policies',
    'Private endpoint policies of the network.',
    { choices: ['Basic', 'Disabled'] },
  ),
} as const;

/** The properties that the given settings stand for. */
export async function vnetProperties(flags: Values<typeof vnetSettings>): Promise<JsonObject> {
  const properties: JsonObject = {};
  if (flags.addressPrefixes) {
    properties['addressSpace'] = { addressPrefixes: await readShorthandList(flags.addressPrefixes) };
  }
  if (flags.dnsServers) properties['dhcpOptions'] = { dnsServers: await readShorthandList(flags.dnsServers) };
  if (flags.ddosProtection !== undefined) properties['enableDdosProtection'] = flags.ddosProtection;
  if (flags.vmProtection !== undefined) properties['enableVmProtection'] = flags.vmProtection;
  if (flags.flowTimeout !== undefined) properties['flowTimeoutInMinutes'] = flags.flowTimeout;
  if (flags.encryption !== undefined) {
    properties['encryption'] = {
      enabled: flags.encryption,
      ...(flags.encryptionPolicy === undefined ? {} : { enforcement: flags.encryptionPolicy }),
    };
  }
  if (flags.endpointPolicies !== undefined)
    properties['privateEndpointVNetPolicies'] = flags.endpointPolicies;
  return properties;
}

/** A subnet as typed in `--subnets`: `{name:s1,address-prefix:10.0.1.0/24}`. */
export function typedSubnet(value: Json): JsonObject {
  if (!isObject(value)) return { name: value };
  const subnet: JsonObject = {};
  const properties: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    const name = key.replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (name === 'name' || name === 'id') subnet[name] = member;
    else if (name === 'delegations')
      properties[name] = Array.isArray(member) ? member.map(typedDelegation) : member;
    else properties[name] = member === 'true' ? true : member === 'false' ? false : member;
  }
  return { ...subnet, properties };
}

/** A delegation: a service's name, with `.` allowed for its last `/`. */
export function typedDelegation(value: Json, index: number): JsonObject {
  if (isObject(value)) return { name: String(index), properties: { ...value } };
  const typed = String(value);
  const serviceName = typed.includes('/') ? typed : typed.replace(/\.([^.]+)$/, '/$1');
  return { name: String(index), properties: { serviceName } };
}

/** The first /24 of an address prefix, or the whole of a smaller one. */
export function firstSubnetPrefix(addressPrefix: string): string {
  const [address = '', length = '24'] = addressPrefix.split('/');
  return `${address}/${Math.max(24, Number(length))}`;
}
