import type { ResourceDraft, ResourceType, ResourceWrite } from '../../../arm/index.ts';
import { type IpRange, isInRange, parseIp, parseIpRange } from '../../../base/index.ts';
import { demandCustomLocation } from '../../custom-location.ts';
import { Fields } from '../../fields.ts';
import { deploysToCustomLocation } from '../../references.ts';
import { hybridNamespace, hybridVersions } from '../api-versions.ts';
import { conformVirtualNetwork } from '../shape.ts';

const vlanRange = { min: 0, max: 4094 } as const;

/**
 * Networks of clusters as the older service had them. They are records: clusters of today stand in logical networks.
 * Source: https://learn.microsoft.com/rest/api/hybridcontainer/virtual-networks
 */
export const hybridVirtualNetworks: ResourceType = {
  namespace: hybridNamespace,
  type: 'virtualNetworks',
  apiVersions: hybridVersions,
  scope: 'tracked',
  name: {
    pattern: /^[a-zA-Z0-9][-_a-zA-Z0-9]{1,62}[a-zA-Z0-9]$/,
    rule: '3 to 64 letters, digits, hyphens and underscores, with a letter or digit at both ends',
  },
  lifecycle: 'immediate',
  announcesOperations: true,
  envelope: ['extendedLocation'],
  patchable: ['tags'],
  conform: conformVirtualNetwork,
  references: [deploysToCustomLocation],
  prepare,
  present: (record) => ({ ...record.properties, status: {} }),
};

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  const isPlaced =
    write.stored?.extendedLocation !== undefined || new Fields(write.body).has('extendedLocation');
  const location = isPlaced ? await demandCustomLocation(write) : undefined;
  const body = new Fields(write.body['properties'], 'properties');
  body.integer('vlanID', vlanRange);
  const prefix = readPrefix(body);
  for (const pool of ['vipPool', 'vmipPool'])
    for (const range of body.objects(pool)) demandRange(range, prefix);
  const gateway = body.string('gateway');
  if (gateway) demandAddress(body, 'gateway', gateway);
  for (const server of body.strings('dnsServers')) demandAddress(body, 'dnsServers', server);
  const { status: _status, provisioningState: _state, ...kept } = body.value;
  return {
    ...(location !== undefined && { extendedLocation: { type: 'CustomLocation', name: location } }),
    properties: kept,
  };
}

function readPrefix(body: Fields): IpRange | undefined {
  const text = body.string('ipAddressPrefix');
  if (!text) return undefined;
  const range = parseIpRange(text);
  if (range?.address.family === 4) return range;
  throw body.wrong('ipAddressPrefix', `'${text}' is not an IPv4 range such as 192.168.1.0/24`);
}

function demandRange(range: Fields, prefix: IpRange | undefined): void {
  const [start, end] = (['startIP', 'endIP'] as const).map((member) => {
    const text = range.string(member);
    if (text === undefined) return undefined;
    const ip = demandAddress(range, member, text);
    if (prefix && !isInRange(ip, prefix)) throw range.wrong(member, `'${text}' lies outside of the prefix`);
    return ip.value;
  });
  if (start !== undefined && end !== undefined && end < start)
    throw range.wrong('endIP', 'the pool ends before it starts');
}

function demandAddress(body: Fields, member: string, text: string) {
  const ip = parseIp(text);
  if (ip?.family === 4) return ip;
  throw body.wrong(member, `'${text}' is not an IPv4 address`);
}
