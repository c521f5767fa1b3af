import { type JsonObject, jsonEqual, rangeContains } from '../../../base/index.ts';
import { type AddressPrefix, parseAddressPrefix } from '../cidr.ts';
import { objectAt, objectsIn, oneOf, textsAt } from '../json.ts';
import { RangeSet } from '../range-set.ts';
import { networkTypes } from '../references.ts';
import { networkRefusals } from '../refusals.ts';
import { refuseUnbuilt } from '../unbuilt.ts';

const policies = ['Enabled', 'Disabled', 'NetworkSecurityGroupEnabled', 'RouteTableEnabled'] as const;
const switches = ['Enabled', 'Disabled'] as const;

/** Members of a subnet that are kept as they were sent. */
const keptMembers = [
  'networkSecurityGroup',
  'routeTable',
  'natGateway',
  'serviceEndpoints',
  'serviceEndpointPolicies',
  'sharingScope',
  'defaultOutboundAccess',
] as const;

/** The stored properties of a subnet, from a body's. Throws for missing or malformed prefixes. */
export function subnetProperties(sent: JsonObject, id: string): JsonObject {
  refuseUnbuilt(networkTypes.subnets, sent);
  const prefixes = subnetPrefixes(sent);
  refuseTwoForms(sent, prefixes, id);
  if (prefixes.length === 0) throw networkRefusals.missingPrefix(id);
  for (const prefix of prefixes) rangeOf(prefix, id);
  const { addressPrefix } = sent;
  const properties: JsonObject = {
    ...(typeof addressPrefix === 'string' && addressPrefix !== '' && { addressPrefix }),
    ...(textsAt(sent.addressPrefixes).length > 0 && { addressPrefixes: prefixes }),
  };
  for (const member of keptMembers) {
    if (sent[member] !== undefined && sent[member] !== null) properties[member] = sent[member];
  }
  properties.delegations = (objectsIn(sent.delegations, 'properties.delegations') ?? []).map((delegation) =>
    renderDelegation(delegation, id),
  );
  properties.privateEndpointNetworkPolicies = oneOf(sent.privateEndpointNetworkPolicies, {
    words: policies,
    default: 'Disabled',
    path: 'properties.privateEndpointNetworkPolicies',
  });
  properties.privateLinkServiceNetworkPolicies = oneOf(sent.privateLinkServiceNetworkPolicies, {
    words: switches,
    default: 'Enabled',
    path: 'properties.privateLinkServiceNetworkPolicies',
  });
  return properties;
}

/** `addressPrefix` and `addressPrefixes` are two ways to say one thing. */
function refuseTwoForms(sent: JsonObject, prefixes: readonly string[], id: string): void {
  const listed = textsAt(sent.addressPrefixes);
  if (listed.length > 0 && !jsonEqual(listed, prefixes)) throw networkRefusals.twoPrefixForms(id);
}

function renderDelegation(delegation: JsonObject, subnetId: string): JsonObject {
  const name = String(delegation.name ?? 'delegation');
  const { serviceName } = objectAt(delegation.properties);
  return {
    name,
    id: `${subnetId}/delegations/${name}`,
    type: 'Microsoft.Network/virtualNetworks/subnets/delegations',
    properties: { serviceName, provisioningState: 'Succeeded', actions: [] },
  };
}

/** Address prefixes of a subnet's properties, in whichever form they stand. */
export function subnetPrefixes(properties: JsonObject): string[] {
  const { addressPrefix } = properties;
  return typeof addressPrefix === 'string' && addressPrefix !== ''
    ? [addressPrefix]
    : textsAt(properties.addressPrefixes);
}

/** Address prefixes of a virtual network's properties. */
export function networkPrefixes(properties: JsonObject): string[] {
  return textsAt(objectAt(properties.addressSpace).addressPrefixes);
}

/** The range of a prefix; throws InvalidCIDRNotation. */
export function rangeOf(prefix: string, owner: string): AddressPrefix {
  const range = parseAddressPrefix(prefix);
  if (!range) throw networkRefusals.invalidCidr(prefix, owner);
  return range;
}

export interface PlannedSubnet {
  readonly name: string;
  readonly prefixes: readonly string[];
}

/** Throws when a subnet lies outside its network's address space or two subnets overlap. */
export function checkPlan(network: {
  readonly name: string;
  readonly id: string;
  readonly prefixes: readonly string[];
  readonly subnets: readonly PlannedSubnet[];
}): void {
  const space = new RangeSet(network.prefixes.map((prefix) => rangeOf(prefix, network.id)));
  const taken = new RangeSet();
  for (const subnet of network.subnets) {
    const ranges = subnet.prefixes.map((prefix) => rangeOf(prefix, network.id));
    for (const range of ranges) {
      const outer = space.overlapping(range);
      if (!outer || !rangeContains(outer, range))
        throw networkRefusals.subnetOutside(subnet.name, network.name);
      if (taken.overlapping(range)) throw networkRefusals.subnetsOverlap(subnet.name, network.name);
    }
    for (const range of ranges) taken.add(range);
  }
}
