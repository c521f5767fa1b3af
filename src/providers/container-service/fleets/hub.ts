import type { ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject, Random } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { managedClusterType } from '../managed-clusters/record.ts';

/** The longest name of a resource group, which is that of the hub's node group. */
export const hubGroupNameCharacters = 90;

type Named = Pick<ResourceRecord, 'id' | 'name' | 'location'>;

function groupOf(fleet: Named): string {
  return /\/resourceGroups\/([^/]+)/i.exec(fleet.id)?.[1] ?? '';
}

function subscriptionOf(fleet: Named): string {
  return /^\/subscriptions\/([^/]+)/i.exec(fleet.id)?.[1] ?? '';
}

/**
 * `FL_{group}_{fleet}_{region}`, the group that holds the hub, and `MC_` before it, the group of the hub's machines. A
 * fleet whose names would be longer than a group's is not made.
 */
export function hubGroupNames(fleet: Named): { readonly hub: string; readonly nodes: string } {
  const hub = `FL_${groupOf(fleet)}_${fleet.name}_${fleet.location}`;
  return { hub, nodes: `MC_${hub}` };
}

/** Older estates cut the name. */
export function hubGroupName(fleet: Named): string {
  return hubGroupNames(fleet).hub.slice(0, hubGroupNameCharacters);
}

/** Older estates cut the name. */
export function hubNodeGroupName(fleet: Named): string {
  return `MC_${hubGroupName(fleet)}`.slice(0, hubGroupNameCharacters);
}

export function groupId(fleet: Named, name: string): string {
  return `/subscriptions/${subscriptionOf(fleet)}/resourceGroups/${name}`;
}

/** The hub's own resource: an AKS cluster called `hub` in the managed group. */
export function hubRecordId(fleet: Named): string {
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
