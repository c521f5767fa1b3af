import {
  ArmError,
  type RecordReader,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  subscriptionOf,
  type TypeContext,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { joins, prints } from '../../references.ts';
import { networkName, networkType } from '../declare.ts';
import { objectAt, oneOf, propertiesOf } from '../json.ts';
import { networkTypes, publicAddressUser } from '../references.ts';
import { networkRefusals } from '../refusals.ts';
import { conformsTo } from '../shape.ts';
import { refuseUnbuilt } from '../unbuilt.ts';

/** 198.18.0.0/15 is set aside for tests (RFC 2544): nothing outside ever answers there. */
const pool = { first: (198 << 24) | (18 << 16), size: 1 << 17 } as const;

/**
 * Microsoft.Network/publicIPAddresses. Addresses are real-looking, unique, and lead nowhere.
 * Source: https://learn.microsoft.com/rest/api/virtualnetwork/public-ip-addresses
 */
export const publicIpAddresses: ResourceType = {
  ...networkType,
  type: 'publicIPAddresses',
  scope: 'tracked',
  name: networkName(1, 80),
  envelope: ['sku', 'zones'],
  patchable: ['tags'],
  conform: conformsTo('publicIPAddresses'),
  references: [
    ...prints('properties.ipConfiguration.id'),
    joins('properties.publicIPPrefix.id', 'Microsoft.Network/publicIPPrefixes'),
    joins('properties.natGateway.id', 'Microsoft.Network/natGateways'),
    joins('properties.linkedPublicIPAddress.id', networkTypes.publicIpAddresses),
    joins('properties.servicePublicIPAddress.id', networkTypes.publicIpAddresses),
  ],
  prepare: prepareAddress,
  present: presentAddress,
  beforeDelete: refuseUsed,
};

/** Members that are kept as they were sent. */
const keptMembers = [
  'deleteOption',
  'publicIPPrefix',
  'natGateway',
  'linkedPublicIPAddress',
  'servicePublicIPAddress',
] as const;

async function prepareAddress(write: ResourceWrite) {
  const { id, body, stored, context } = write;
  if (write.verb === 'patch')
    return { properties: stored?.properties ?? {}, ...(stored?.sku && { sku: stored.sku }) };
  const sent = propertiesOf(body);
  refuseUnbuilt(networkTypes.publicIpAddresses, sent);
  const sku = readSku(body);
  const method = oneOf(sent.publicIPAllocationMethod, {
    words: ['Static', 'Dynamic'],
    default: 'Dynamic',
    path: 'properties.publicIPAllocationMethod',
  });
  if (sku.name !== 'Basic' && method === 'Dynamic') {
    throw new ArmError(
      400,
      'StandardSkuPublicIPAddressesMustBeStatic',
      `Standard sku publicIp ${id} must have AllocationMethod set to Static.`,
    );
  }
  refuseChangedSku(stored, sku.name);
  const version = oneOf(sent.publicIPAddressVersion, {
    words: ['IPv4', 'IPv6'],
    default: 'IPv4',
    path: 'properties.publicIPAddressVersion',
  });
  const properties: JsonObject = {
    resourceGuid: stored?.properties.resourceGuid ?? context.random.uuid(),
    publicIPAddressVersion: version,
    publicIPAllocationMethod: method,
    idleTimeoutInMinutes: typeof sent.idleTimeoutInMinutes === 'number' ? sent.idleTimeoutInMinutes : 4,
    ipTags: Array.isArray(sent.ipTags) ? sent.ipTags : [],
    ddosSettings: objectAt(sent.ddosSettings).protectionMode
      ? objectAt(sent.ddosSettings)
      : { protectionMode: 'VirtualNetworkInherited' },
  };
  for (const member of keptMembers) {
    if (sent[member] !== undefined && sent[member] !== null) properties[member] = sent[member];
  }
  // Nothing was ever made of the old kind that could be migrated.
  oneOf(sent.migrationPhase, { words: ['None'], default: 'None', path: 'properties.migrationPhase' });
  const dns = await dnsSettings(write, objectAt(sent.dnsSettings));
  if (dns) properties.dnsSettings = dns;
  if (method === 'Static') {
    properties.ipAddress = stored?.properties.ipAddress ?? (await freeAddress(write, version));
  }
  const claims = [
    ...(dns?.fqdn ? [`host name ${String(dns.fqdn)}`] : []),
    ...(properties.ipAddress ? [`address ${String(properties.ipAddress)}`] : []),
  ];
  return { properties, sku, claims };
}

function readSku(body: JsonObject) {
  const sent = objectAt(body.sku);
  const name = oneOf(sent.name, {
    words: ['Basic', 'Standard', 'StandardV2'],
    default: 'Basic',
    path: 'sku.name',
  });
  const tier = oneOf(sent.tier, { words: ['Regional', 'Global'], default: 'Regional', path: 'sku.tier' });
  return { name, tier };
}

function refuseChangedSku(stored: ResourceRecord | undefined, name: string): void {
  const before = stored && objectAt(stored.sku).name;
  if (before === undefined || before === name) return;
  throw new ArmError(
    400,
    'SkuChangeNotAllowed',
    `The sku of public IP address ${stored?.id} cannot be changed from ${String(before)} to ${name}.`,
  );
}

async function dnsSettings(write: ResourceWrite, sent: JsonObject): Promise<JsonObject | undefined> {
  const label = sent.domainNameLabel;
  const reverse =
    typeof sent.reverseFqdn === 'string' && sent.reverseFqdn !== ''
      ? { reverseFqdn: sent.reverseFqdn }
      : undefined;
  if (typeof label !== 'string' || label === '') return reverse;
  if (!/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label)) {
    throw new ArmError(
      400,
      'InvalidDomainNameLabel',
      `The domain name label ${label} is invalid. It must conform to the following regular expression: ^[a-z][a-z0-9-]{1,61}[a-z0-9]$.`,
    );
  }
  const location = String(write.body.location).toLowerCase().replaceAll(/\s/g, '');
  const fqdn = `${label}.${location}.cloudapp.azure.com`;
  for (const other of await write.context.records.list('', networkTypes.publicIpAddresses)) {
    if (other.id !== write.stored?.id && objectAt(other.properties.dnsSettings).fqdn === fqdn) {
      throw new ArmError(400, 'DnsRecordInUse', `DNS record ${fqdn} is already used by another public IP.`);
    }
  }
  return { domainNameLabel: label, fqdn, ...reverse };
}

async function freeAddress({ context, id }: ResourceWrite, version: 'IPv4' | 'IPv6'): Promise<string> {
  const taken = new Set<unknown>(
    (await context.records.list(`/subscriptions/${subscriptionOf(id)}`, networkTypes.publicIpAddresses)).map(
      ({ properties }) => properties.ipAddress,
    ),
  );
  for (;;) {
    const number = context.random.integer(pool.size);
    const value = (pool.first + number) >>> 0;
    const address =
      version === 'IPv4'
        ? [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.')
        : `2001:db8::${number.toString(16)}`;
    if (!taken.has(address)) return address;
  }
}

async function presentAddress(
  record: ResourceRecord,
  { records }: { readonly records: RecordReader },
): Promise<JsonObject> {
  const user = await publicAddressUser(records, record.id);
  return user === undefined ? record.properties : { ...record.properties, ipConfiguration: { id: user } };
}

async function refuseUsed(record: ResourceRecord, { records }: TypeContext): Promise<void> {
  const user = await publicAddressUser(records, record.id);
  if (user !== undefined) throw networkRefusals.publicAddressInUse(record.id, user);
}
