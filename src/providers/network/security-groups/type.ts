import {
  firstEtag,
  madeByEstate,
  newEtag,
  type RelatedWrite,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  subscriptionOf,
  type TypeContext,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { prints } from '../../references.ts';
import { networkName, networkType } from '../declare.ts';
import { objectsIn, propertiesOf, referenceId } from '../json.ts';
import { networkTypes } from '../references.ts';
import { networkRefusals } from '../refusals.ts';
import { planRules } from '../security-rules/plan.ts';
import { conformsTo } from '../shape.ts';
import { renderInner } from '../subnets/render.ts';

/**
 * Microsoft.Network/networkSecurityGroups: kept and shown; no traffic passes them, so none is filtered.
 * Source: https://learn.microsoft.com/rest/api/virtualnetwork/network-security-groups
 */
export const securityGroups: ResourceType = {
  ...networkType,
  type: 'networkSecurityGroups',
  scope: 'tracked',
  name: networkName(1, 80),
  patchable: ['tags'],
  conform: conformsTo('networkSecurityGroups'),
  references: prints('properties.subnets[].id', 'properties.networkInterfaces[].id'),
  prepare: prepareGroup,
  present: presentGroup,
  beforeDelete: refuseUsed,
  renew: renewGroup,
};

async function prepareGroup(write: ResourceWrite) {
  const { verb, body, stored, context } = write;
  if (verb === 'patch') return { properties: stored?.properties ?? {} };
  const sent = propertiesOf(body);
  const flush = typeof sent.flushConnection === 'boolean' ? { flushConnection: sent.flushConnection } : {};
  const resourceGuid = stored?.properties.resourceGuid ?? context.random.uuid();
  const rules = await context.records.list(write.id, networkTypes.securityRules);
  return {
    properties: { resourceGuid, ...flush, defaultSecurityRules: [] },
    related: await planRules(write),
    unchanged: rules.map((rule) => rule.id),
  };
}

/** Rules once stood inside of their group's record. */
function renewGroup(record: ResourceRecord, context: TypeContext): readonly RelatedWrite[] {
  const { securityRules, ...properties } = record.properties;
  const inside = objectsIn(securityRules, 'properties.securityRules');
  if (!inside) return [];
  const rules = inside.map((rule) => ruleRecord(record.id, { name: String(rule.name), ...rule }, context));
  const { etag } = record;
  return [
    { put: { ...record, properties, etag: newEtag(context.random, etag) } },
    ...rules.map((put) => ({ put })),
  ];
}

function ruleRecord(
  groupId: string,
  rule: JsonObject & { readonly name: string },
  { clock, random }: TypeContext,
): ResourceRecord {
  const { provisioningState: _, ...properties } = propertiesOf(rule);
  return {
    id: `${groupId}/securityRules/${rule.name}`,
    name: rule.name,
    type: networkTypes.securityRules,
    properties,
    provisioningState: 'Succeeded',
    systemData: madeByEstate(clock.now()),
    etag: firstEtag(random, networkType),
  };
}

async function subnetsOf(id: string, records: TypeContext['records']): Promise<string[]> {
  const all = await records.list(`/subscriptions/${subscriptionOf(id)}`, networkTypes.subnets);
  return all
    .filter(
      ({ properties }) => referenceId(properties.networkSecurityGroup)?.toLowerCase() === id.toLowerCase(),
    )
    .map((subnet) => subnet.id);
}

async function presentGroup(
  record: ResourceRecord,
  { records }: { readonly records: TypeContext['records'] },
): Promise<JsonObject> {
  const rules = await records.list(record.id, networkTypes.securityRules);
  const users = await subnetsOf(record.id, records);
  return {
    securityRules: rules.map((rule) => renderInner(rule, rule.properties)),
    ...record.properties,
    ...(users.length > 0 && { subnets: users.map((id) => ({ id })) }),
  };
}

async function refuseUsed(record: ResourceRecord, { records }: TypeContext): Promise<void> {
  const users = await subnetsOf(record.id, records);
  if (users.length > 0) throw networkRefusals.securityGroupInUse(record.id, users.join(','));
}
