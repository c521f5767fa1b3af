import {
  firstEtag,
  madeByEstate,
  newEtag,
  type RelatedWrite,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceWrite,
  sameId,
} from '../../../arm/index.ts';
import { type Json, type JsonObject, jsonEqual } from '../../../base/index.ts';
import { networkName, networkType } from '../declare.ts';
import { objectsIn, propertiesOf, referenceId } from '../json.ts';
import { networkTypes } from '../references.ts';
import { networkRefusals } from '../refusals.ts';
import { preparePeering } from './type.ts';

/**
 * The peerings after a PUT of their network: those that the body names, made as if each were written alone. A body that
 * does not speak of peerings leaves them as they are.
 */
export async function planPeerings(
  write: ResourceWrite,
  sent: Json | undefined,
  prefixes: readonly string[],
): Promise<Pick<Required<ResourceDraft>, 'related' | 'unchanged' | 'claims'>> {
  const named = objectsIn(sent, 'properties.virtualNetworkPeerings');
  if (!named) return { related: [], unchanged: [], claims: [] };
  const existing = write.stored ? await write.context.records.list(write.id, networkTypes.peerings) : [];
  const kept: ResourceRecord[] = [];
  const related: RelatedWrite[] = [];
  const unchanged: string[] = [];
  const claims: string[] = [];
  for (const item of named) {
    const name = typeof item.name === 'string' ? item.name : '';
    const taken = kept.some((other) => other.name.toLowerCase() === name.toLowerCase());
    if (taken || !networkName(1, 80).pattern.test(name)) {
      throw networkRefusals.duplicatePeering(name, write.name);
    }
    const before = existing.find((record) => record.name.toLowerCase() === name.toLowerCase());
    const id = before?.id ?? `${write.id}/virtualNetworkPeerings/${name}`;
    const draft = await preparePeering(
      { ...write, id, body: bodyOf(item, before), stored: before },
      prefixes,
    );
    const remote = referenceId(draft.properties.remoteVirtualNetwork) ?? '';
    if (kept.some(({ properties }) => sameId(referenceId(properties.remoteVirtualNetwork) ?? '', remote))) {
      throw networkRefusals.duplicatePeering(name, write.name);
    }
    kept.push(peeringRecord(write, { id, name, before, properties: draft.properties }));
    unchanged.push(...draft.unchanged);
    if (before && (await isAsStored(draft, before, write.context.records))) continue;
    const peering = kept.at(-1);
    if (peering) related.push({ put: peering });
    related.push(...draft.related);
    claims.push(...draft.claims);
  }
  const gone = existing.filter((record) => !kept.some(({ id }) => sameId(id, record.id)));
  return {
    related: [...gone.map(({ id }) => ({ delete: id })), ...related],
    unchanged: [...unchanged, ...existing.map(({ id }) => id)],
    claims,
  };
}

/** Whether nothing of a peering, or of the one that leads back, would be other than it is. */
async function isAsStored(
  draft: Pick<Required<ResourceDraft>, 'properties' | 'related'>,
  before: ResourceRecord,
  records: ResourceWrite['context']['records'],
): Promise<boolean> {
  for (const related of draft.related) {
    const put = 'put' in related ? related.put : undefined;
    if (!put || !jsonEqual(put.properties, (await records.get(put.id))?.properties)) return false;
  }
  return jsonEqual(draft.properties, before.properties);
}

/** What an answer showed may be sent back without the remote network. */
function bodyOf(item: JsonObject, before: ResourceRecord | undefined): JsonObject {
  const properties = propertiesOf(item);
  const remoteVirtualNetwork = properties.remoteVirtualNetwork ?? before?.properties.remoteVirtualNetwork;
  return {
    properties: { ...properties, ...(remoteVirtualNetwork !== undefined && { remoteVirtualNetwork }) },
  };
}

function peeringRecord(
  { context }: ResourceWrite,
  peering: {
    readonly id: string;
    readonly name: string;
    readonly before: ResourceRecord | undefined;
    readonly properties: JsonObject;
  },
): ResourceRecord {
  const { id, before, properties } = peering;
  return {
    id,
    name: before?.name ?? peering.name,
    type: networkTypes.peerings,
    properties,
    provisioningState: 'Succeeded',
    systemData: before?.systemData ?? madeByEstate(context.clock.now()),
    etag: before ? newEtag(context.random, before.etag) : firstEtag(context.random, networkType),
  };
}
