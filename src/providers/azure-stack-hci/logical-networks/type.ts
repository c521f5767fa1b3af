import {
  ArmError,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  refusals,
  type TypeContext,
} from '../../../arm/index.ts';
import {
  type IpRange,
  isInRange,
  type Json,
  type JsonObject,
  jsonEqual,
  parseIp,
  parseIpRange,
} from '../../../base/index.ts';
import { demandCustomLocation } from '../../custom-location.ts';
import { Fields } from '../../fields.ts';
import { deploysToCustomLocation } from '../../references.ts';
import { conformLogicalNetwork } from '../shape.ts';

const vlanRange = { min: 0, max: 4094 } as const;

/** Logical networks of an Azure Local instance. */
export const logicalNetworks: ResourceType = {
  namespace: 'Microsoft.AzureStackHCI',
  type: 'logicalNetworks',
  apiVersions: [
    '2026-04-01-preview',
    '2026-02-01-preview',
    '2025-09-01-preview',
    '2025-06-01-preview',
    '2025-04-01-preview',
    '2025-02-01-preview',
    '2024-10-01-preview',
    '2024-08-01-preview',
    '2024-05-01-preview',
    '2024-02-01-preview',
    '2024-01-01',
    '2023-09-01-preview',
  ],
  scope: 'tracked',
  name: {
    pattern: /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-._a-zA-Z0-9]{0,62}[_a-zA-Z0-9]$/,
    rule: '2 to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit',
  },
  lifecycle: 'immediate',
  announcesOperations: true,
  envelope: ['extendedLocation'],
  conform: conformLogicalNetwork,
  references: [deploysToCustomLocation],
  prepare,
  present: (record) => ({ ...record.properties, status: {} }),
  beforeDelete: refuseWhileUsed,
};

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  const body = new Fields(write.body['properties'], 'properties');
  const location = await demandCustomLocation(write);
  const sent = body.objects('subnets').map(readSubnet);
  const stored = new Fields(write.stored?.properties);
  const subnets = body.has('subnets') ? sent : stored.objects('subnets').map(({ value }) => value);
  const vmSwitchName = body.string('vmSwitchName') ?? stored.string('vmSwitchName');
  if (write.stored) refuseFixedChanges(write.stored, { subnets, vmSwitchName, extendedLocation: location });
  const dns = body.object('dhcpOptions').strings('dnsServers');
  const badServer = dns.find((address) => parseIp(address)?.family !== 4);
  if (badServer !== undefined)
    throw body.wrong('dhcpOptions.dnsServers', `'${badServer}' is not an IPv4 address`);
  return {
    extendedLocation: { type: 'CustomLocation', name: location },
    properties: {
      ...(vmSwitchName !== undefined && { vmSwitchName }),
      dhcpOptions: { dnsServers: dns },
      subnets,
    },
  };
}

/**
 * What machines already stand on stays: switch, VLAN, gateway, prefix and pools. DNS servers may change.
 * Source: https://learn.microsoft.com/azure/azure-local/manage/create-logical-networks
 */
function refuseFixedChanges(
  { properties, extendedLocation }: ResourceRecord,
  wanted: {
    readonly subnets: readonly JsonObject[];
    readonly vmSwitchName: string | undefined;
    readonly extendedLocation: string;
  },
): void {
  const before = new Fields(extendedLocation).string('name') ?? '';
  if (before.toLowerCase() !== wanted.extendedLocation.toLowerCase())
    throw refusals.propertyChangeNotAllowed('extendedLocation.name');
  if (wanted.vmSwitchName !== new Fields(properties).string('vmSwitchName'))
    throw refusals.propertyChangeNotAllowed('properties.vmSwitchName');
  if (
    !jsonEqual(
      fixedParts(wanted.subnets),
      fixedParts(new Fields(properties).objects('subnets').map(({ value }) => value)),
    )
  )
    throw refusals.propertyChangeNotAllowed('properties.subnets');
}

/** Without what the service prints into them, and the security group, which may be another one. */
function fixedParts(subnets: readonly JsonObject[]): Json[] {
  return subnets.map((subnet) => {
    const {
      ipConfigurationReferences: _printed,
      networkSecurityGroup: _may,
      ipPools,
      ...rest
    } = new Fields(subnet['properties']).value;
    const pools = new Fields({ ipPools: ipPools ?? null }).objects('ipPools').map((pool) => {
      const { info: _used, ...asked } = pool.value;
      return asked;
    });
    return { name: subnet['name'] ?? null, ...rest, ipPools: pools };
  });
}

function readSubnet(subnet: Fields): JsonObject {
  const inner = subnet.object('properties');
  const method = inner.choice('ipAllocationMethod', ['Dynamic', 'Static']) ?? 'Dynamic';
  const prefix = inner.string('addressPrefix');
  if (method === 'Static' && !prefix)
    throw inner.wrong('addressPrefix', 'a static logical network needs its address prefix');
  const range = prefix ? parseIpRange(prefix) : undefined;
  if (prefix && range?.address.family !== 4) {
    throw inner.wrong('addressPrefix', `'${prefix}' is not an IPv4 range such as 192.168.1.0/24`);
  }
  const pools = inner.objects('ipPools').map((pool) => readPool(pool, range && { text: prefix, range }));
  refuseOverlaps(inner, pools);
  return {
    name: subnet.string('name') ?? 'default',
    properties: {
      ...inner.value,
      ipAllocationMethod: method,
      ...(pools.length > 0 ? { ipPools: pools } : {}),
      ...(inner.has('vlan') ? { vlan: inner.integer('vlan', vlanRange) } : {}),
    },
  };
}

function readPool(
  pool: Fields,
  prefix: { text: string | undefined; range: IpRange } | undefined,
): JsonObject {
  const start = pool.string('start') ?? '';
  const end = pool.string('end') ?? '';
  for (const [name, address] of [
    ['start', start],
    ['end', end],
  ] as const) {
    const ip = parseIp(address);
    if (ip?.family !== 4) throw pool.wrong(name, `'${address}' is not an IPv4 address`);
    if (prefix && !isInRange(ip, prefix.range))
      throw pool.wrong(name, `'${address}' lies outside of ${prefix.text}`);
  }
  if (addressCount(start, end) === 0)
    throw pool.wrong('end', `the pool ends (${end}) before it starts (${start})`);
  return { ...pool.value, ipPoolType: pool.choice('ipPoolType', ['vm', 'vippool']) ?? 'vm', start, end };
}

/** An address that lay in two pools would be given twice. */
function refuseOverlaps(subnet: Fields, pools: readonly JsonObject[]): void {
  const spans = pools
    .map(({ start, end }) => ({ start: String(start), end: String(end) }))
    .sort((a, b) => (addressCount(b.start, a.start) > 1 ? 1 : -1));
  for (const [at, { start }] of spans.entries()) {
    const before = spans[at - 1];
    if (before && addressCount(start, before.end) > 0)
      throw subnet.wrong(
        'ipPools',
        `the pools ${before.start}-${before.end} and ${start}-${spans[at]?.end} overlap`,
      );
  }
}

/** The number of addresses from one of IPv4 to another, both counted; 0 when there is none. */
export function addressCount(start: string, end: string): number {
  const [first, last] = [parseIp(start), parseIp(end)];
  return first?.family === 4 && last?.family === 4 ? Math.max(0, Number(last.value - first.value) + 1) : 0;
}

async function refuseWhileUsed(record: ResourceRecord, context: TypeContext): Promise<void> {
  const instances = await context.records.list(
    '/',
    'Microsoft.HybridContainerService/provisionedClusterInstances',
  );
  const user = instances.find((instance) => usesNetwork(instance, record.id));
  if (!user) return;
  throw new ArmError(
    409,
    'Conflict',
    `The logical network '${record.name}' is in use by '${user.id}'. Delete the cluster first.`,
  );
}

function usesNetwork(instance: ResourceRecord, networkId: string): boolean {
  const infra = new Fields(instance.properties).object('cloudProviderProfile').object('infraNetworkProfile');
  return infra.strings('vnetSubnetIds').some((id) => id.toLowerCase() === networkId.toLowerCase());
}
