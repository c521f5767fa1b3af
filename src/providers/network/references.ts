import { ArmError, type RecordReader, type ResourceRecord, subscriptionOf } from '../../arm/index.ts';
import type { JsonObject } from '../../base/index.ts';
import { objectsAt, propertiesOf, referenceId } from './json.ts';

export const networkTypes = {
  virtualNetworks: 'Microsoft.Network/virtualNetworks',
  subnets: 'Microsoft.Network/virtualNetworks/subnets',
  peerings: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
  publicIpAddresses: 'Microsoft.Network/publicIPAddresses',
  bastionHosts: 'Microsoft.Network/bastionHosts',
  securityGroups: 'Microsoft.Network/networkSecurityGroups',
  securityRules: 'Microsoft.Network/networkSecurityGroups/securityRules',
} as const;

/** The record that a body refers to. Throws InvalidResourceReference when there is none of that type. */
export async function demandReferenced(
  records: RecordReader,
  reference: { readonly id: string; readonly type: string; readonly by: string },
): Promise<ResourceRecord> {
  const record = await records.get(reference.id);
  if (record && record.type.toLowerCase() === reference.type.toLowerCase()) return record;
  throw new ArmError(
    400,
    'InvalidResourceReference',
    `Resource ${reference.id} referenced by resource ${reference.by} was not found. Please make sure that the referenced resource ` +
      'exists, and that both resources are in the same region.',
  );
}

/** Ip configurations of Bastion hosts that stand in a subnet. */
export async function bastionsIn(records: RecordReader, subnetId: string): Promise<string[]> {
  const found: string[] = [];
  const subscription = `/subscriptions/${subscriptionOf(subnetId)}`;
  for (const host of await records.list(subscription, networkTypes.bastionHosts)) {
    for (const configuration of objectsAt(host.properties.ipConfigurations)) {
      if (configuredSubnet(configuration)?.toLowerCase() === subnetId.toLowerCase()) {
        found.push(bastionConfigurationId(host.id, String(configuration.name)));
      }
    }
  }
  return found;
}

/** All that stands in a subnet: Bastion hosts, and resources of other services that name it. Walks the subscription. */
export async function subnetUsers(records: RecordReader, subnetId: string): Promise<string[]> {
  const users = await bastionsIn(records, subnetId);
  const quoted = `"${subnetId.toLowerCase()}"`;
  for (const record of await records.list(`/subscriptions/${subscriptionOf(subnetId)}`)) {
    if (record.type.startsWith('Microsoft.Network/') || record.type.startsWith('Microsoft.Auth')) continue;
    if (JSON.stringify(record.properties).toLowerCase().includes(quoted)) users.push(record.id);
  }
  return users;
}

/** The ip configuration that holds a public address, if any. */
export async function publicAddressUser(
  records: RecordReader,
  addressId: string,
): Promise<string | undefined> {
  for (const host of await records.list(
    `/subscriptions/${subscriptionOf(addressId)}`,
    networkTypes.bastionHosts,
  )) {
    for (const configuration of objectsAt(host.properties.ipConfigurations)) {
      const address = referenceId(propertiesOf(configuration).publicIPAddress);
      if (address?.toLowerCase() === addressId.toLowerCase()) {
        return bastionConfigurationId(host.id, String(configuration.name));
      }
    }
  }
  return undefined;
}

/** Subnet id of a Bastion ip configuration. */
function configuredSubnet(configuration: JsonObject): string | undefined {
  return referenceId(propertiesOf(configuration).subnet);
}

/** Id that Azure prints for an ip configuration of a Bastion host. */
function bastionConfigurationId(hostId: string, name: string): string {
  return `${hostId}/bastionHostIpConfigurations/${name}`;
}
