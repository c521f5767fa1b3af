import type { RecordStore, ResourceRecord } from '../arm/index.ts';
import { Fields } from './fields.ts';

/** Directory objects behind system-assigned identities. */
export interface SystemIdentities {
  create(identity: { readonly name: string; readonly resourceId: string }): Promise<{
    readonly objectId: string;
    readonly clientId: string;
  }>;
  remove(objectId: string): Promise<void>;
}

export interface IdentityParts {
  readonly identities: SystemIdentities;
  readonly tenantId: string;
}

/** Gives a system-assigned identity its directory object, once. */
export async function withIdentity(
  record: ResourceRecord,
  records: RecordStore,
  parts: IdentityParts,
): Promise<ResourceRecord> {
  const identity = new Fields(record.identity);
  if (!identity.string('type')?.includes('SystemAssigned') || identity.has('principalId')) return record;
  const created = await parts.identities.create({ name: record.name, resourceId: record.id });
  const updated = await records.update(record.id, (current) => ({
    ...current,
    identity: {
      ...new Fields(current.identity).value,
      principalId: created.objectId,
      tenantId: parts.tenantId,
    },
  }));
  return updated ?? record;
}

/** Removes the directory object of a record that goes. */
export async function dropIdentity(record: ResourceRecord, parts: IdentityParts): Promise<void> {
  const principalId = new Fields(record.identity).string('principalId');
  if (principalId) await parts.identities.remove(principalId);
}
