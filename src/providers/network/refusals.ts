import { ArmError } from '../../arm/index.ts';

/** What the network provider refuses for, in Azure's words where they are known. */
export const networkRefusals = {
  invalidCidr: (prefix: string, owner: string) =>
    new ArmError(
      400,
      'InvalidCIDRNotation',
      `The address prefix ${prefix} in resource ${owner} has an invalid CIDR notation. An address prefix is an address with no host ` +
        'bits set and a length, such as 10.1.0.0/16.',
    ),
  missingPrefix: (owner: string) =>
    new ArmError(
      400,
      'MissingAddressPrefix',
      `The resource ${owner} must have an address prefix; none was given.`,
    ),
  twoPrefixForms: (owner: string) =>
    new ArmError(
      400,
      'InvalidRequestFormat',
      `Cannot parse the request. 'addressPrefix' and 'addressPrefixes' of ${owner} differ; send one of them.`,
    ),
  vnetPrefixesOverlap: (a: string, b: string, vnet: string) =>
    new ArmError(
      400,
      'NetcfgInvalidVirtualNetworkSite',
      `The address prefixes ${a} and ${b} of virtual network '${vnet}' overlap each other.`,
    ),
  subnetOutside: (subnet: string, vnet: string) =>
    new ArmError(
      400,
      'NetcfgSubnetRangeOutsideVnet',
      `Subnet '${subnet}' is not valid because its IP address range is outside the IP address range of virtual network '${vnet}'.`,
    ),
  subnetsOverlap: (subnet: string, vnet: string) =>
    new ArmError(
      400,
      'NetcfgSubnetRangesOverlap',
      `Subnet '${subnet}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '${vnet}'.`,
    ),
  duplicateSubnet: (subnet: string, vnet: string) =>
    new ArmError(
      400,
      'InvalidRequestFormat',
      `Cannot parse the request. The subnet '${subnet}' of virtual network '${vnet}' is given twice or has no name.`,
    ),
  duplicatePeering: (peering: string, vnet: string) =>
    new ArmError(
      400,
      'InvalidRequestFormat',
      `Cannot parse the request. The peering '${peering}' of virtual network '${vnet}' or its remote network is given twice, or it ` +
        'has no name.',
    ),
  subnetInUse: (subnet: string, user: string) =>
    new ArmError(
      400,
      'InUseSubnetCannotBeDeleted',
      `Subnet ${subnet} is in use by ${user} and cannot be deleted. In order to delete the subnet, delete all the resources within ` +
        'the subnet. See aka.ms/deletesubnet.',
    ),
  subnetPrefixInUse: (subnet: string, user: string) =>
    new ArmError(
      400,
      'InUsePrefixCannotBeDeleted',
      `The address prefix of subnet ${subnet} cannot be changed because it is in use by ${user}.`,
    ),
  publicAddressInUse: (id: string, user: string) =>
    new ArmError(
      400,
      'PublicIPAddressCannotBeDeleted',
      `Public IP address ${id} can not be deleted since it is still allocated to resource ${user}. In order to delete the public IP, ` +
        'disassociate/detach the Public IP address from the resource.  To learn how to do this, see aka.ms/deletepublicip.',
    ),
  publicAddressTaken: (by: string, id: string, user: string) =>
    new ArmError(
      400,
      'PublicIPAddressInUse',
      `Resource ${by} is referencing public IP address ${id} that is already allocated to resource ${user}.`,
    ),
  securityGroupInUse: (id: string, user: string) =>
    new ArmError(
      400,
      'InUseNetworkSecurityGroupCannotBeDeleted',
      `Network security group ${id} cannot be deleted because it is in use by the following resources: ${user}. In order to delete ` +
        'the Network security group, remove the association with the resource(s). To learn how to do this, see aka.ms/deletensg.',
    ),
} as const;
