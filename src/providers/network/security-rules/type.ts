import { newEtag, parentId, type ResourceType, type ResourceWrite } from '../../../arm/index.ts';
import { networkName, networkType } from '../declare.ts';
import { propertiesOf } from '../json.ts';
import { networkTypes } from '../references.ts';
import { conformsTo } from '../shape.ts';
import { readRule, refuseConflict } from './rule.ts';

/**
 * Microsoft.Network/networkSecurityGroups/securityRules: records of their own that also appear in their group's answer.
 * Source: https://learn.microsoft.com/rest/api/virtualnetwork/security-rules
 */
export const securityRules: ResourceType = {
  ...networkType,
  type: 'networkSecurityGroups/securityRules',
  scope: 'proxy',
  name: networkName(1, 80),
  verbs: ['get', 'list', 'put', 'delete'],
  conform: conformsTo('securityRules'),
  prepare: prepareRule,
};

async function prepareRule({ id, name, body, context }: ResourceWrite) {
  const { records, random } = context;
  const properties = readRule(propertiesOf(body), 'properties');
  const siblings = await records.list(parentId(id), networkTypes.securityRules);
  refuseConflict(siblings, { name, properties });
  // Every write of a rule touches its group: of two at the same time the second sees the first.
  const group = await records.get(parentId(id));
  return { properties, related: group ? [{ put: { ...group, etag: newEtag(random, group.etag) } }] : [] };
}
