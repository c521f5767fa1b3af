import type { ResourceType } from '../../arm/index.ts';
import { type BastionSettings, bastionHosts } from './bastion-hosts/type.ts';
import { peerings } from './peerings/type.ts';
import { publicIpAddresses } from './public-ip-addresses/type.ts';
import { securityGroups } from './security-groups/type.ts';
import { securityRules } from './security-rules/type.ts';
import { subnets } from './subnets/type.ts';
import { virtualNetworks } from './virtual-networks/type.ts';

export type { BastionSettings } from './bastion-hosts/type.ts';
export { networksReach } from './peerings/state.ts';
export { networkTypes } from './references.ts';

/** Types of Microsoft.Network. */
export function networkResourceTypes(settings: BastionSettings): ResourceType[] {
  return [
    virtualNetworks,
    subnets,
    peerings,
    publicIpAddresses,
    securityGroups,
    securityRules,
    bastionHosts(settings),
  ];
}
