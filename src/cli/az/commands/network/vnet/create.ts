import type { Json } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import {
  location,
  noWaitOptional,
  required,
  resourceGroup,
  shorthand,
  shorthandTags,
  text,
} from '../../../declare/flags.ts';
import { putResource } from '../../../declare/verbs.ts';
import { readShorthandList } from '../../../parse/shorthand.ts';
import { locationOrGroups } from '../../../shape/location.ts';
import { idOf } from '../../../shape/references.ts';
import { vnet } from './noun.ts';
import { firstSubnetPrefix, typedSubnet, vnetProperties, vnetSettings } from './settings.ts';

const subnetGroup = 'Subnet Arguments';
const defaultAddressPrefix = '10.0.0.0/16';

/** `az network vnet create`. */
export const command = defineCommand({
  words: 'network vnet create',
  summary: 'Create a virtual network, and a subnet in it when its name is given.',
  flags: {
    name: required('--name -n', 'The virtual network (VNet) name.'),
    resourceGroup: resourceGroup(),
    location: location(),
    tags: shorthandTags(),
    ...vnetSettings,
    subnetName: text('--subnet-name', 'Name of a new subnet to create within the VNet.', {
      group: subnetGroup,
    }),
    subnetPrefixes: shorthand(
      '--subnet-prefixes',
      'Address prefixes of the new subnet. Default: the first /24.',
      {
        group: subnetGroup,
      },
    ),
    subnets: shorthand('--subnets', 'Subnets, e.g. "[{name:s1,address-prefix:10.0.1.0/24}]".', {
      group: subnetGroup,
    }),
    securityGroup: text(
      '--network-security-group --nsg',
      'Name or ID of a network security group of the subnet.',
      {
        group: subnetGroup,
      },
    ),
    noWait: noWaitOptional(),
  },
  examples: [
    { text: 'Create a virtual network.', command: 'az network vnet create -g MyResourceGroup -n MyVnet' },
    {
      text: 'Create a virtual network with a subnet.',
      command:
        'az network vnet create -g MyResourceGroup -n MyVnet --address-prefixes 10.0.0.0/16 --subnet-name MySubnet --subnet-prefixes 10.0.0.0/24',
    },
  ],
  async run(call) {
    const { flags, session } = call;
    const place = await locationOrGroups(session, flags.location, flags.resourceGroup);
    const properties = {
      addressSpace: { addressPrefixes: [defaultAddressPrefix] },
      enableDdosProtection: false,
      enableVmProtection: false,
      ...(await vnetProperties(flags)),
    };
    const subnets: Json[] = flags.subnets ? (await readShorthandList(flags.subnets)).map(typedSubnet) : [];
    if (flags.subnetName !== undefined) {
      const [first = defaultAddressPrefix] = properties.addressSpace.addressPrefixes;
      const prefixes: Json[] = flags.subnetPrefixes
        ? await readShorthandList(flags.subnetPrefixes)
        : [firstSubnetPrefix(first)];
      const type = 'Microsoft.Network/networkSecurityGroups';
      const { resourceGroup: group, securityGroup: typed } = flags;
      subnets.push({
        name: flags.subnetName,
        properties: {
          ...(prefixes.length > 1 ? { addressPrefixes: prefixes } : { addressPrefix: prefixes[0] }),
          ...(typed
            ? { networkSecurityGroup: { id: idOf(session, { typed, resourceGroup: group, type }) } }
            : {}),
        },
      });
    }
    const created = await putResource(vnet, call, {
      location: place,
      properties: { ...properties, ...(subnets.length > 0 ? { subnets } : {}) },
      ...(flags.tags ? { tags: flags.tags } : {}),
    });
    return created === undefined ? undefined : { newVNet: created };
  },
});
