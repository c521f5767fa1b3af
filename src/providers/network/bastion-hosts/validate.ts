import {
  ArmError,
  parentId,
  parseId,
  type ResourceRecord,
  type ResourceWrite,
  refusals,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { parseAddressPrefix } from '../cidr.ts';
import { objectAt, objectsAt, oneOf, propertiesOf, referenceId } from '../json.ts';
import { demandReferenced, networkTypes, publicAddressUser, subnetUsers } from '../references.ts';
import { networkRefusals } from '../refusals.ts';
import { subnetPrefixes } from '../subnets/plan.ts';

export const bastionSkus = ['Developer', 'Basic', 'Standard', 'Premium'] as const;
export type BastionSku = (typeof bastionSkus)[number];

/** The longest prefix that AzureBastionSubnet may have. */
const subnetPrefixLength = 26;
const scaleUnits = { fewest: 2, most: 50 } as const;

/** Features by the lowest sku that has them. */
const featureSkus: Readonly<Record<string, BastionSku>> = {
  enableTunneling: 'Standard',
  enableIpConnect: 'Standard',
  enableFileCopy: 'Standard',
  enableShareableLink: 'Standard',
  disableCopyPaste: 'Standard',
  enableKerberos: 'Basic',
  enableSessionRecording: 'Premium',
  enablePrivateOnlyBastion: 'Premium',
};

/** Switches of a Bastion host, each present in every answer, from the body's properties. */
export function readFeatures(sent: JsonObject, sku: BastionSku): JsonObject {
  const features: JsonObject = {};
  for (const [feature, lowest] of Object.entries(featureSkus)) {
    const on = sent[feature] === true;
    if (on && bastionSkus.indexOf(sku) < bastionSkus.indexOf(lowest)) {
      throw refuse(
        'BastionHostFeatureNotSupportedBySku',
        `The property '${feature}' can be true only with the ${lowest} sku${lowest === 'Standard' ? ' or Premium' : ''}; ` +
          `this Bastion host has the ${sku} sku. Choose a higher sku or leave the feature off.`,
      );
    }
    features[feature] = on;
  }
  return features;
}

/** Scale units: 2 to 50, and exactly 2 below the Standard sku. */
export function readScaleUnits(sent: JsonObject, sku: BastionSku): number {
  const units = sent.scaleUnits ?? scaleUnits.fewest;
  const fixed = sku === 'Basic' || sku === 'Developer';
  const most = fixed ? scaleUnits.fewest : scaleUnits.most;
  if (typeof units === 'number' && Number.isInteger(units) && units >= scaleUnits.fewest && units <= most)
    return units;
  throw refuse(
    'BastionHostScaleUnitsInvalid',
    fixed
      ? `The ${sku} sku has exactly ${scaleUnits.fewest} scale units; host scaling needs the Standard sku.`
      : `The scale units of a Bastion host must be a whole number from ${scaleUnits.fewest} to ${scaleUnits.most}.`,
  );
}

/** Throws when a write would take a host to a lower sku. */
export function refuseDowngrade(stored: ResourceRecord | undefined, sku: BastionSku): void {
  const before = bastionSkus.find((known) => known === objectAt(stored?.sku).name);
  if (before === undefined || bastionSkus.indexOf(sku) >= bastionSkus.indexOf(before)) return;
  throw refuse(
    'BastionUpdateNotSupported',
    `The sku of a Bastion host cannot be changed from ${before} to ${sku}. Delete the host and create it anew.`,
  );
}

/** Checks the one ip configuration of a host and returns it as it is stored, with the ids it depends on. */
export async function readConfiguration(
  write: ResourceWrite,
  options: { readonly privateOnly: boolean },
): Promise<{ readonly configuration: JsonObject; readonly dependsOn: readonly string[] }> {
  const { id, body } = write;
  const configurations = objectsAt(propertiesOf(body).ipConfigurations);
  const [configuration] = configurations;
  if (!configuration || configurations.length !== 1) {
    throw refuse(
      'BastionHostIpConfigurationInvalid',
      'A Bastion host must have exactly one IP configuration.',
    );
  }
  const name = String(configuration.name ?? 'bastion_ip_config');
  const sent = propertiesOf(configuration);
  const privateIPAllocationMethod = oneOf(sent.privateIPAllocationMethod, {
    words: ['Dynamic'],
    default: 'Dynamic',
    path: 'properties.ipConfigurations[0].properties.privateIPAllocationMethod',
  });
  const subnet = await readSubnet(write, referenceId(sent.subnet));
  const address = await readAddress(write, referenceId(sent.publicIPAddress), options.privateOnly);
  return {
    configuration: {
      name,
      id: `${id}/bastionHostIpConfigurations/${name}`,
      type: 'Microsoft.Network/bastionHosts/bastionHostIpConfigurations',
      properties: {
        provisioningState: 'Succeeded',
        privateIPAllocationMethod,
        ...(address && { publicIPAddress: { id: address.id } }),
        subnet: { id: subnet.id },
      },
    },
    dependsOn: [subnet.id, ...(address ? [address.id] : [])],
  };
}

async function readSubnet(write: ResourceWrite, subnetId: string | undefined): Promise<ResourceRecord> {
  const { id, context } = write;
  if (subnetId === undefined || !parseId(subnetId)) {
    throw refusals.linkedInvalidPropertyId(
      subnetId ?? '',
      'properties.ipConfigurations[0].properties.subnet.id',
    );
  }
  const subnet = await demandReferenced(context.records, {
    id: subnetId,
    type: networkTypes.subnets,
    by: id,
  });
  if (subnet.name.toLowerCase() !== 'azurebastionsubnet') {
    throw refuse(
      'BastionHostSubnetInvalid',
      `A Bastion host must be deployed in a subnet named AzureBastionSubnet, not '${subnet.name}'.`,
    );
  }
  const [prefix = ''] = subnetPrefixes(subnet.properties);
  if ((parseAddressPrefix(prefix)?.length ?? 0) > subnetPrefixLength) {
    throw refuse(
      'BastionHostSubnetInvalid',
      `The subnet AzureBastionSubnet has the address prefix ${prefix}; it must be /${subnetPrefixLength} or larger.`,
    );
  }
  await demandSameRegion(subnet.id, parentId(subnet.id), write);
  const other = (await subnetUsers(context.records, subnet.id)).find(
    (user) => !user.toLowerCase().startsWith(`${id.toLowerCase()}/`),
  );
  if (other !== undefined) {
    throw refuse(
      'BastionHostSubnetInUse',
      `The subnet ${subnet.id} is already used by ${other}; nothing else may stand in AzureBastionSubnet.`,
    );
  }
  return subnet;
}

async function readAddress(
  write: ResourceWrite,
  addressId: string | undefined,
  privateOnly: boolean,
): Promise<ResourceRecord | undefined> {
  const { id, context } = write;
  if (addressId === undefined) {
    if (privateOnly) return undefined;
    throw refuse(
      'BastionHostPublicIpAddressRequired',
      'A Bastion host needs a public IP address in its IP configuration, unless it is a private-only host of the Premium sku.',
    );
  }
  const address = await demandReferenced(context.records, {
    id: addressId,
    type: networkTypes.publicIpAddresses,
    by: id,
  });
  if (objectAt(address.sku).name === 'Basic' || address.properties.publicIPAllocationMethod !== 'Static') {
    throw refuse(
      'BastionHostPublicIpAddressInvalid',
      `The public IP address ${address.id} must have the Standard sku and the Static allocation method.`,
    );
  }
  await demandSameRegion(address.id, address.id, write);
  const user = await publicAddressUser(context.records, address.id);
  if (user !== undefined && !user.toLowerCase().startsWith(`${id.toLowerCase()}/`)) {
    throw networkRefusals.publicAddressTaken(id, address.id, user);
  }
  return address;
}

/** What a host refers to lies in its own region. */
async function demandSameRegion(referenced: string, locatedId: string, write: ResourceWrite): Promise<void> {
  const located = await write.context.records.get(locatedId);
  const region = String(write.body.location).toLowerCase().replaceAll(/\s/g, '');
  if (located?.location === region) return;
  throw new ArmError(
    400,
    'InvalidResourceReference',
    `Resource ${referenced} referenced by resource ${write.id} was not found. Please make sure that the referenced resource exists, ` +
      'and that both resources are in the same region.',
  );
}

function refuse(code: string, message: string): ArmError {
  return new ArmError(400, code, message);
}
