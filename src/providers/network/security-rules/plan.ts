import {
  firstEtag,
  madeByEstate,
  newEtag,
  type RelatedWrite,
  type ResourceRecord,
  type ResourceWrite,
} from '../../../arm/index.ts';
import { networkName, networkType } from '../declare.ts';
import { objectsIn, propertiesOf } from '../json.ts';
import { networkTypes } from '../references.ts';
import { invalidRule, readRule, refuseConflict } from './rule.ts';

/**
 * The rules of a security group after a PUT of the group, as writes of their own records: those that the body names, and
 * none besides. Throws for what is no rule; leaves none out.
 */
export async function planRules(write: ResourceWrite): Promise<RelatedWrite[]> {
  const { id, body, context } = write;
  const sent = objectsIn(propertiesOf(body).securityRules, 'properties.securityRules') ?? [];
  const existing = await context.records.list(id, networkTypes.securityRules);
  const past = new Map(existing.map((record) => [record.name.toLowerCase(), record]));
  const kept = new Map<string, ResourceRecord>();
  const form = networkName(1, 80);
  for (const [index, item] of sent.entries()) {
    const path = `properties.securityRules[${index}]`;
    const { name } = item;
    if (typeof name !== 'string' || !form.pattern.test(name)) {
      throw invalidRule(`${path}.name`, `must be ${form.rule}`);
    }
    if (kept.has(name.toLowerCase())) throw invalidRule(`${path}.name`, `is used twice: '${name}'`);
    const properties = readRule(propertiesOf(item), `${path}.properties`);
    refuseConflict([...kept.values()], { name, properties });
    const before = past.get(name.toLowerCase());
    kept.set(name.toLowerCase(), {
      id: before?.id ?? `${id}/securityRules/${name}`,
      name: before?.name ?? name,
      type: networkTypes.securityRules,
      properties,
      provisioningState: 'Succeeded',
      systemData: before?.systemData ?? madeByEstate(context.clock.now()),
      etag: before ? newEtag(context.random, before.etag) : firstEtag(context.random, networkType),
    });
  }
  const gone = existing.filter(({ name }) => !kept.has(name.toLowerCase()));
  return [
    ...[...kept.values()].map((record) => ({ put: record })),
    ...gone.map((record) => ({ delete: record.id })),
  ];
}
