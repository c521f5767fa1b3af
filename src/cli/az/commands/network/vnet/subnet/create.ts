import { defineCommand } from '../../../../declaration.ts';
import { noWaitOptional, required, resourceGroup } from '../../../../declare/flags.ts';
import { putResource } from '../../../../declare/verbs.ts';
import { subnet } from './noun.ts';
import { subnetProperties, subnetSettings } from './settings.ts';

/** `az network vnet subnet create`. */
export const command = defineCommand({
  words: 'network vnet subnet create',
  summary: 'Create a subnet.',
  flags: {
    resourceGroup: resourceGroup(),
    vnetName: required('--vnet-name', 'The virtual network (VNet) name.'),
    name: required('--name -n', 'The subnet name.'),
    ...subnetSettings,
    noWait: noWaitOptional(),
  },
  examples: [
    {
      text: 'Create a subnet for Bastion.',
      command:
        'az network vnet subnet create -g MyResourceGroup --vnet-name MyVnet -n AzureBastionSubnet --address-prefixes 10.0.1.0/26',
    },
  ],
  async run(call) {
    const { flags, session } = call;
    return putResource(subnet, call, {
      name: flags.name,
      properties: {
        privateEndpointNetworkPolicies: 'Disabled',
        privateLinkServiceNetworkPolicies: 'Enabled',
        ...(await subnetProperties(flags, { session, resourceGroup: flags.resourceGroup })),
      },
    });
  },
});
