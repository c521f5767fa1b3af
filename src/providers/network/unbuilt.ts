import { refusals } from '../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';

/**
 * Members that Azure has and that rest on what is not built here (address pools, allocations, gateways, peerings of some
 * subnets alone), below `properties`. Kept, they would promise what nobody does; left out, they would be lost without a word.
 */
const unbuiltMembers = {
  'Microsoft.Network/virtualNetworks': [
    'addressSpace.ipamPoolPrefixAllocations',
    'ipAllocations',
    'defaultPublicNatGateway',
  ],
  'Microsoft.Network/virtualNetworks/subnets': [
    'ipamPoolPrefixAllocations',
    'ipAllocations',
    'applicationGatewayIPConfigurations',
    'serviceGateway',
  ],
  'Microsoft.Network/virtualNetworks/virtualNetworkPeerings': [
    'localSubnetNames',
    'remoteSubnetNames',
    'enableOnlyIPv6Peering',
  ],
  'Microsoft.Network/publicIPAddresses': [
    'dnsSettings.domainNameLabelScope',
    'ddosSettings.ddosProtectionPlan',
  ],
} as const;

/** Throws NotImplemented for the first member of a body's properties that its type has not, by name. */
export function refuseUnbuilt(type: keyof typeof unbuiltMembers, properties: JsonObject): void {
  for (const path of unbuiltMembers[type]) {
    const dot = path.indexOf('.');
    const outer = dot < 0 ? properties : properties[path.slice(0, dot)];
    const value = isObject(outer) ? outer[path.slice(dot + 1)] : undefined;
    if (says(value)) throw refusals.notBuilt(`The member 'properties.${path}' of '${type}'`);
  }
}

/** False for what asks for nothing: clients send such members along with what they read. */
function says(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
