import {
  firstEtag,
  madeByEstate,
  newEtag,
  type RecordReader,
  type RelatedWrite,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  type TypeContext,
} from '../../../arm/index.ts';
import { isObject, type JsonObject, jsonEqual } from '../../../base/index.ts';
import { joins } from '../../references.ts';
import { networkName, networkType } from '../declare.ts';
import { objectAt, objectsIn, oneOf, propertiesOf, textsAt } from '../json.ts';
import { planPeerings } from '../peerings/plan.ts';
import { presentPeering } from '../peerings/state.ts';
import { RangeSet } from '../range-set.ts';
import { networkTypes, subnetUsers } from '../references.ts';
import { networkRefusals } from '../refusals.ts';
import { conformsTo } from '../shape.ts';
import { checkPlan, networkPrefixes, rangeOf, subnetPrefixes, subnetProperties } from '../subnets/plan.ts';
import { subnetReferences } from '../subnets/references.ts';
import { presentSubnet, renderInner } from '../subnets/render.ts';
import { demandSecurityGroup, planned, refuseMovedSubnet } from '../subnets/type.ts';
import { refuseUnbuilt } from '../unbuilt.ts';

const keptMembers = [
  'dhcpOptions',
  'flowTimeoutInMinutes',
  'enableVmProtection',
  'ddosProtectionPlan',
  'bgpCommunities',
  'encryption',
] as const;

/**
 * Microsoft.Network/virtualNetworks. Subnets and peerings sent in the body become records of their own in the same commit.
 * Source: https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks
 */
export const virtualNetworks: ResourceType = {
  ...networkType,
  type: 'virtualNetworks',
  scope: 'tracked',
  name: networkName(2, 64),
  patchable: ['tags'],
  conform: conformsTo('virtualNetworks'),
  references: [
    ...subnetReferences('properties.subnets[].properties'),
    {
      path: 'properties.virtualNetworkPeerings[].properties.remoteVirtualNetwork.id',
      types: [networkTypes.virtualNetworks],
      permission: 'Microsoft.Network/virtualNetworks/peer/action',
    },
    joins('properties.ddosProtectionPlan.id', 'Microsoft.Network/ddosProtectionPlans'),
  ],
  prepare: prepareNetwork,
  present: presentNetwork,
  beforeDelete: refuseUsedNetwork,
};

async function prepareNetwork(write: ResourceWrite) {
  const { id, name, body, stored, context } = write;
  if (write.verb === 'patch') return { properties: stored?.properties ?? {} };
  const sent = propertiesOf(body);
  refuseUnbuilt(networkTypes.virtualNetworks, sent);
  const prefixes = networkPrefixes(sent);
  if (prefixes.length === 0) throw networkRefusals.missingPrefix(id);
  refuseOverlap(prefixes, { id, name });
  const existing = stored ? await context.records.list(id, networkTypes.subnets) : [];
  // A PUT that does not speak of subnets leaves them as they are.
  const named = objectsIn(sent.subnets, 'properties.subnets');
  const plan = named && planSubnets(write, named, existing);
  const subnets = plan ? plan.kept : existing;
  checkPlan({ id, name, prefixes, subnets: subnets.map(planned) });
  const past = new Map(existing.map((record) => [record.id, record]));
  for (const subnet of plan?.kept ?? []) await checkSubnet(subnet, past.get(subnet.id), context);
  for (const gone of plan?.gone ?? []) {
    const [user] = await subnetUsers(context.records, gone.id);
    if (user !== undefined) throw networkRefusals.subnetInUse(gone.name, user);
  }
  const peered = await planPeerings(write, sent.virtualNetworkPeerings, prefixes);
  const related: RelatedWrite[] = [
    ...peered.related,
    // What stays as it is needs no write: a network may have more subnets than one commit takes.
    ...(plan?.kept ?? []).filter((record) => changes(record, past.get(record.id))).map((put) => ({ put })),
    ...(plan?.gone ?? []).map((record) => ({ delete: record.id })),
  ];
  // Subnets that come or change meanwhile touch the network, so they need no guard of their own.
  const { unchanged, claims } = peered;
  return { properties: networkProperties(sent, write), related, unchanged, claims };
}

function changes(record: ResourceRecord, before: ResourceRecord | undefined): boolean {
  return before === undefined || !jsonEqual(record.properties, before.properties);
}

function networkProperties(sent: JsonObject, { stored, context }: ResourceWrite): JsonObject {
  const properties: JsonObject = {
    resourceGuid: stored?.properties.resourceGuid ?? context.random.uuid(),
    addressSpace: { addressPrefixes: textsAt(objectAt(sent.addressSpace).addressPrefixes) },
  };
  for (const member of keptMembers) {
    if (sent[member] !== undefined && sent[member] !== null) properties[member] = sent[member];
  }
  properties.privateEndpointVNetPolicies = oneOf(sent.privateEndpointVNetPolicies, {
    words: ['Disabled', 'Basic'],
    default: 'Disabled',
    path: 'properties.privateEndpointVNetPolicies',
  });
  properties.enableDdosProtection = sent.enableDdosProtection === true;
  return properties;
}

function refuseOverlap(prefixes: readonly string[], network: { readonly id: string; readonly name: string }) {
  const taken = new RangeSet();
  for (const range of prefixes.map((prefix) => rangeOf(prefix, network.id))) {
    const other = taken.overlapping(range);
    if (other) throw networkRefusals.vnetPrefixesOverlap(other.text, range.text, network.name);
    taken.add(range);
  }
}

/** The subnets after a PUT: those that the body names, with what is stored of them. */
function planSubnets(
  { id, name, context }: ResourceWrite,
  sent: readonly JsonObject[],
  existing: readonly ResourceRecord[],
): { readonly kept: readonly ResourceRecord[]; readonly gone: readonly ResourceRecord[] } {
  const kept: ResourceRecord[] = [];
  const names = new Set<string>();
  const past = new Map(existing.map((record) => [record.name.toLowerCase(), record]));
  const form = networkName(1, 80).pattern;
  for (const subnet of sent) {
    const subnetName = typeof subnet.name === 'string' ? subnet.name : '';
    if (names.has(subnetName.toLowerCase()) || !form.test(subnetName))
      throw networkRefusals.duplicateSubnet(subnetName, name);
    names.add(subnetName.toLowerCase());
    const before = past.get(subnetName.toLowerCase());
    const subnetId = before?.id ?? `${id}/subnets/${subnetName}`;
    kept.push({
      id: subnetId,
      name: before?.name ?? subnetName,
      type: networkTypes.subnets,
      properties: subnetProperties(isObject(subnet.properties) ? subnet.properties : {}, subnetId),
      provisioningState: 'Succeeded',
      systemData: before?.systemData ?? madeByEstate(context.clock.now()),
      etag: before ? newEtag(context.random, before.etag) : firstEtag(context.random, networkType),
    });
  }
  const ids = new Set(kept.map((one) => one.id));
  const gone = existing.filter((record) => !ids.has(record.id));
  return { kept, gone };
}

async function checkSubnet(
  subnet: ResourceRecord,
  before: ResourceRecord | undefined,
  context: TypeContext,
): Promise<void> {
  await demandSecurityGroup(subnet.properties.networkSecurityGroup, subnet.id, context);
  if (before) await refuseMovedSubnet(before, subnetPrefixes(subnet.properties), context);
}

async function presentNetwork(
  record: ResourceRecord,
  { records }: { readonly records: RecordReader },
): Promise<JsonObject> {
  const inner = (type: string) =>
    records
      .list(record.id, type)
      .then((found) =>
        [...found].sort((a, b) => a.systemData.createdAt.localeCompare(b.systemData.createdAt)),
      );
  const subnets: JsonObject[] = [];
  for (const subnet of await inner(networkTypes.subnets)) {
    subnets.push(renderInner(subnet, await presentSubnet(subnet, records)));
  }
  const peerings: JsonObject[] = [];
  for (const peering of await inner(networkTypes.peerings)) {
    peerings.push(renderInner(peering, await presentPeering(peering, records)));
  }
  return { ...record.properties, subnets, virtualNetworkPeerings: peerings };
}

async function refuseUsedNetwork(record: ResourceRecord, { records }: TypeContext): Promise<void> {
  for (const subnet of await records.list(record.id, networkTypes.subnets)) {
    const [user] = await subnetUsers(records, subnet.id);
    if (user !== undefined) throw networkRefusals.subnetInUse(subnet.name, user);
  }
}
