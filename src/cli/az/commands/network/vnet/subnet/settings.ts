import type { JsonObject } from '../../../../../../base/index.ts';
import type { Values } from '../../../../declaration.ts';
import { boolean, shorthand, text } from '../../../../declare/flags.ts';
import { readShorthandList } from '../../../../parse/shorthand.ts';
import type { Session } from '../../../../session.ts';
import { idOf } from '../../../../shape/references.ts';
import { typedDelegation } from '../settings.ts';

/** Settings of a subnet that create and update share. */
export const subnetSettings = {
  addressPrefixes: shorthand(
    '--address-prefixes',
    'Space-separated list of address prefixes in CIDR format.',
  ),
  delegations: shorthand(
    '--delegations',
    'Services that the subnet is delegated to, e.g. Microsoft.ContainerService/managedClusters.',
  ),
  serviceEndpoints: shorthand('--service-endpoints', 'Services allowed private access to this subnet.'),
  securityGroup: text('--network-security-group --nsg', 'Name or ID of a network security group.'),
  routeTable: text('--route-table', 'Name or ID of a route table.'),
  natGateway: text('--nat-gateway', 'Name or ID of a NAT gateway.'),
  endpointPolicies: text(
    '--private-endpoint-network-policies --ple-network-policies',
    'Network policies for private endpoints.',
    { choices: ['Disabled', 'Enabled', 'NetworkSecurityGroupEnabled', 'RouteTableEnabled'] },
  ),
  linkPolicies: text(
    '--private-link-service-network-policies --pls-network-policies',
    'Network policies for private link services.',
    { choices: ['Disabled', 'Enabled'] },
  ),
  outboundAccess: boolean(
    '--default-outbound-access --default-outbound',
    'Whether the subnet has outbound access by default.',
  ),
  sharingScope: text('--sharing-scope', 'With whom the subnet is shared.', {
    choices: ['DelegatedServices', 'Tenant'],
  }),
} as const;

interface Place {
  readonly session: Session;
  readonly resourceGroup: string;
}

/** The properties that the given settings stand for; `null` as a name takes a reference away. */
export async function subnetProperties(
  flags: Values<typeof subnetSettings>,
  { session, resourceGroup }: Place,
): Promise<JsonObject> {
  const properties: JsonObject = {};
  if (flags.addressPrefixes) {
    const prefixes = await readShorthandList(flags.addressPrefixes);
    if (prefixes.length > 1) properties['addressPrefixes'] = prefixes;
    else properties['addressPrefix'] = prefixes[0];
  }
  if (flags.delegations)
    properties['delegations'] = (await readShorthandList(flags.delegations)).map(typedDelegation);
  if (flags.serviceEndpoints) {
    const services = await readShorthandList(flags.serviceEndpoints);
    properties['serviceEndpoints'] = services.map((service) => ({ service }));
  }
  const references = [
    ['networkSecurityGroup', flags.securityGroup, 'Microsoft.Network/networkSecurityGroups'],
    ['routeTable', flags.routeTable, 'Microsoft.Network/routeTables'],
    ['natGateway', flags.natGateway, 'Microsoft.Network/natGateways'],
  ] as const;
  for (const [key, typed, type] of references) {
    if (typed === undefined) continue;
    properties[key] = typed === 'null' ? null : { id: idOf(session, { typed, resourceGroup, type }) };
  }
  if (flags.endpointPolicies) properties['privateEndpointNetworkPolicies'] = flags.endpointPolicies;
  if (flags.linkPolicies) properties['privateLinkServiceNetworkPolicies'] = flags.linkPolicies;
  if (flags.outboundAccess !== undefined) properties['defaultOutboundAccess'] = flags.outboundAccess;
  if (flags.sharingScope) properties['sharingScope'] = flags.sharingScope;
  return properties;
}
