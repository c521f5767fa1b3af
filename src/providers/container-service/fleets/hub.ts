import type { ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject, Random } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { managedClusterType } from '../managed-clusters/record.ts';

const groupNameLimit = 90;

function groupOf(fleet: ResourceRecord): string {
  return /\/resourceGroups\/([^/]+)/i.exec(fleet.id)?.[1] ?? '';
}

function subscriptionOf(fleet: ResourceRecord): string {
  return /^\/subscriptions\/([^/]+)/i.exec(fleet.id)?.[1] ?? '';
}

/** `FL_{group}_{fleet}_{region}`: the group that holds the hub. */
export function hubGroupName(fleet: ResourceRecord): string {
  return `FL_${groupOf(fleet)}_${fleet.name}_${fleet.location}`.slice(0, groupNameLimit);
}

/** `MC_FL_{group}_{fleet}_{region}`: the group of the hub's own machines. */
export function hubNodeGroupName(fleet: ResourceRecord): string {
  return `MC_${hubGroupName(fleet)}`.slice(0, groupNameLimit);
}

export function groupId(fleet: ResourceRecord, name: string): string {
  return `/subscriptions/${subscriptionOf(fleet)}/resourceGroups/${name}`;
}

/** The hub's own resource: an AKS cluster called `hub` in the managed group. */
export function hubRecordId(fleet: ResourceRecord): string {
  return `${groupId(fleet, hubGroupName(fleet))}/providers/Microsoft.ContainerService/managedClusters/hub`;
}

/** The managed cluster that a fleet's hub is. */
export function hubRecord(fleet: ResourceRecord, random: Random): ResourceRecord {
  const hub = new Fields(fleet.properties).object('hubProfile');
  const server = hub.object('apiServerAccessProfile');
  const isPrivate = server.boolean('enablePrivateCluster') === true;
  const subnetId = hub.object('agentProfile').string('subnetId');
  return {
    id: hubRecordId(fleet),
    name: 'hub',
    type: managedClusterType,
    ...(fleet.location === undefined ? {} : { location: fleet.location }),
    sku: { name: 'Base', tier: 'Standard' },
    identity: { type: 'SystemAssigned' },
    managedBy: fleet.id,
    properties: hubProperties({ fleet, hub, isPrivate, subnetId }),
    provisioningState: 'Succeeded',
    systemData: fleet.systemData,
    etag: random.uuid(),
    internal: { fleetId: fleet.id },
  };
}

function hubProperties(parts: {
  fleet: ResourceRecord;
  hub: Fields;
  isPrivate: boolean;
  subnetId: string | undefined;
}): JsonObject {
  const { fleet, hub, isPrivate, subnetId } = parts;
  const fqdn = hub.string('fqdn');
  return {
    kubernetesVersion: hub.string('kubernetesVersion'),
    dnsPrefix: hub.string('dnsPrefix'),
    ...(isPrivate ? { privateFQDN: fqdn } : { fqdn }),
    enableRBAC: true,
    disableLocalAccounts: true,
    nodeResourceGroup: hubNodeGroupName(fleet),
    aadProfile: { managed: true, enableAzureRBAC: true, adminGroupObjectIDs: [] },
    apiServerAccessProfile: { enablePrivateCluster: isPrivate, disableRunCommand: true },
    networkProfile: { networkPlugin: 'azure', serviceCidr: '10.0.0.0/16', dnsServiceIP: '10.0.0.10' },
    agentPoolProfiles: [
      {
        name: 'agentpool',
        count: 1,
        vmSize: hub.object('agentProfile').string('vmSize'),
        osType: 'Linux',
        osSKU: 'AzureLinux',
        mode: 'System',
        type: 'VirtualMachineScaleSets',
        maxPods: 110,
        ...(subnetId === undefined ? {} : { vnetSubnetID: subnetId }),
      },
    ],
  };
}
