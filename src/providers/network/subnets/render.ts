import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { bastionsIn } from '../references.ts';

/** Properties of a subnet with the ip configurations that stand in it. */
export async function presentSubnet(record: ResourceRecord, records: RecordReader): Promise<JsonObject> {
  const configurations = await bastionsIn(records, record.id);
  if (configurations.length === 0) return record.properties;
  return { ...record.properties, ipConfigurations: configurations.map((id) => ({ id })) };
}

/** A subnet or peering as it stands inside its network's answer. */
export function renderInner(record: ResourceRecord, properties: JsonObject): JsonObject {
  return {
    name: record.name,
    id: record.id,
    etag: record.etag,
    properties: { provisioningState: record.provisioningState, ...properties },
    type: record.type,
  };
}
