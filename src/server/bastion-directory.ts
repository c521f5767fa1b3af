import type { RecordReader, ResourceRecord } from '../arm/index.ts';
import { isObject } from '../base/index.ts';
import type { BastionDirectory, BastionHost, TunnelTarget } from '../gateway/index.ts';
import { networksReach, networkTypes } from '../providers/network/index.ts';
import { endpointId as endpointIdOf } from './endpoint-id.ts';

const managedClusterType = 'Microsoft.ContainerService/managedClusters';
const apiServerPort = 443;

/** Answers the gateway's questions about hosts, targets and networks from the resource records. */
export function createBastionDirectory(records: RecordReader): BastionDirectory {
  return {
    async bastion(endpointId) {
      const hosts = await records.list('/', networkTypes.bastionHosts);
      const host = hosts.find((record) => endpointIdOf(record.id) === endpointId);
      return host && bastionHost(host);
    },
    async target(resourceId) {
      const record = await records.get(resourceId);
      return record && tunnelTarget(record);
    },
    reaches: (fromNetworkId, toNetworkId) => networksReach(records, fromNetworkId, toNetworkId),
  };
}

function bastionHost(record: ResourceRecord): BastionHost {
  const sku = member(record.sku, 'name');
  const [configuration] = list(record.properties['ipConfigurations']);
  const subnetId = String(member(member(member(configuration, 'properties'), 'subnet'), 'id') ?? '');
  const developerNetwork = member(record.properties['virtualNetwork'], 'id');
  return {
    id: record.id,
    sku: sku === 'Basic' || sku === 'Premium' || sku === 'Developer' ? sku : 'Standard',
    nativeClient: record.properties['enableTunneling'] === true,
    networkId: subnetId ? networkOf(subnetId) : String(developerNetwork ?? ''),
    provisioned: record.provisioningState === 'Succeeded',
    deleting: isDeleting(record),
  };
}

/** Only API servers can be reached so far; one with a public endpoint has no address inside a network. */
function tunnelTarget(record: ResourceRecord): TunnelTarget | undefined {
  if (record.type.toLowerCase() !== managedClusterType.toLowerCase()) {
    return { id: record.id, networkId: undefined, ports: [], deleting: isDeleting(record) };
  }
  const server = record.properties['apiServerAccessProfile'];
  const isPrivate = member(server, 'enablePrivateCluster') === true;
  const ownSubnet = member(server, 'subnetId');
  const [pool] = list(record.properties['agentPoolProfiles']);
  const subnetId = ownSubnet ?? member(pool, 'vnetSubnetID');
  return {
    id: record.id,
    networkId: isPrivate && typeof subnetId === 'string' ? networkOf(subnetId) : undefined,
    ports: [apiServerPort],
    deleting: isDeleting(record),
  };
}

function isDeleting(record: ResourceRecord): boolean {
  return record.provisioningState === 'Deleting';
}

function networkOf(subnetId: string): string {
  return subnetId.slice(0, subnetId.toLowerCase().lastIndexOf('/subnets/'));
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
