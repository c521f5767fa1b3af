import {
  newEtag,
  parentId,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  type TypeContext,
} from '../../../arm/index.ts';
import { jsonEqual } from '../../../base/index.ts';
import { networkName, networkType } from '../declare.ts';
import { propertiesOf, referenceId } from '../json.ts';
import { demandReferenced, networkTypes, subnetUsers } from '../references.ts';
import { networkRefusals } from '../refusals.ts';
import { conformsTo } from '../shape.ts';
import { checkPlan, networkPrefixes, subnetPrefixes, subnetProperties } from './plan.ts';
import { subnetReferences } from './references.ts';
import { presentSubnet } from './render.ts';

/**
 * Microsoft.Network/virtualNetworks/subnets: records of their own that also appear in their network's answer.
 * Source: https://learn.microsoft.com/rest/api/virtualnetwork/subnets
 */
export const subnets: ResourceType = {
  ...networkType,
  type: 'virtualNetworks/subnets',
  scope: 'proxy',
  name: networkName(1, 80),
  verbs: ['get', 'list', 'put', 'delete'],
  conform: conformsTo('subnets'),
  references: subnetReferences('properties'),
  prepare: prepareSubnet,
  present: (record, { records }) => presentSubnet(record, records),
  beforeDelete: refuseUsedSubnet,
};

async function prepareSubnet({ id, name, body, stored, context }: ResourceWrite) {
  const { records } = context;
  const network = await records.get(parentId(id));
  const properties = subnetProperties(propertiesOf(body), id);
  const others = (await records.list(parentId(id), networkTypes.subnets)).filter(
    (other) => other.id !== stored?.id,
  );
  checkPlan({
    id: parentId(id),
    name: network?.name ?? '',
    prefixes: networkPrefixes(network?.properties ?? {}),
    subnets: [...others.map(planned), { name, prefixes: subnetPrefixes(properties) }],
  });
  if (stored) await refuseMovedSubnet(stored, subnetPrefixes(properties), context);
  await demandSecurityGroup(properties.networkSecurityGroup, id, context);
  // Every write of a subnet touches its network: of two at the same time the second sees the first.
  const touched = network && { ...network, etag: newEtag(context.random, network.etag) };
  return { properties, related: touched ? [{ put: touched }] : [] };
}

/** Name and prefixes of a stored subnet. */
export function planned(record: ResourceRecord) {
  return { name: record.name, prefixes: subnetPrefixes(record.properties) };
}

/** Throws when a subnet with something in it would get other addresses. */
export async function refuseMovedSubnet(
  stored: ResourceRecord,
  prefixes: readonly string[],
  { records }: TypeContext,
): Promise<void> {
  if (jsonEqual(subnetPrefixes(stored.properties), prefixes)) return;
  const [user] = await subnetUsers(records, stored.id);
  if (user !== undefined) throw networkRefusals.subnetPrefixInUse(stored.name, user);
}

/** Throws while something stands in the subnet. */
async function refuseUsedSubnet(record: ResourceRecord, { records }: TypeContext): Promise<void> {
  const [user] = await subnetUsers(records, record.id);
  if (user !== undefined) throw networkRefusals.subnetInUse(record.name, user);
}

/** The security group that a subnet names must exist. */
export async function demandSecurityGroup(
  reference: Parameters<typeof referenceId>[0],
  by: string,
  { records }: TypeContext,
): Promise<void> {
  const id = referenceId(reference);
  if (id !== undefined) await demandReferenced(records, { id, type: networkTypes.securityGroups, by });
}
