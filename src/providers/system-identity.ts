import type { RecordStore, ResourceRecord, ResourceWrite, TypeContext } from '../arm/index.ts';
import type { Json } from '../base/index.ts';
import { Fields } from './fields.ts';

/** Directory objects behind system-assigned identities. */
export interface SystemIdentities {
  create(identity: { readonly name: string; readonly resourceId: string }): Promise<{
    readonly objectId: string;
    readonly clientId: string;
  }>;
  remove(objectId: string, fence?: TypeContext['fence']): Promise<void>;
}

export interface IdentityParts {
  readonly identities: SystemIdentities;
  readonly tenantId: string;
}

/** Where a record keeps the directory object of its system-assigned identity, also when the identity has another type since. */
const keptAs = 'systemPrincipalId';

/**
 * Gives a system-assigned identity its directory object, once, and takes the object of one that is system-assigned no
 * more away. Role assignments to it stay, as those of any principal that has gone.
 */
export async function withIdentity(
  record: ResourceRecord,
  records: RecordStore,
  parts: IdentityParts,
): Promise<ResourceRecord> {
  const identity = new Fields(record.identity);
  const kept = record.internal?.[keptAs];
  if (!identity.string('type')?.includes('SystemAssigned')) {
    if (typeof kept !== 'string') return record;
    await parts.identities.remove(kept);
    const bare = await records.update(record.id, (current) => {
      const { [keptAs]: _gone, ...internal } = current.internal ?? {};
      return { ...current, internal };
    });
    return bare ?? record;
  }
  if (identity.has('principalId') && kept === identity.string('principalId')) return record;
  const principalId =
    identity.string('principalId') ??
    (await parts.identities.create({ name: record.name, resourceId: record.id })).objectId;
  const updated = await records.update(record.id, (current) => ({
    ...current,
    identity: { ...new Fields(current.identity).value, principalId, tenantId: parts.tenantId },
    internal: { ...current.internal, [keptAs]: principalId },
  }));
  return updated ?? record;
}

/**
 * The identity to store of a type that no loop looks after, with its directory object. Asked when nothing else can refuse the
 * write: the object of what is system-assigned no more goes at once. One that is left when the write fails all the same is
 * the resource's again at the next try, or goes at the next start.
 */
export async function identityAtOnce(
  write: ResourceWrite,
  identity: Json | undefined,
  { identities, tenantId }: IdentityParts,
): Promise<Json | undefined> {
  const asked = new Fields(identity);
  if (!asked.string('type')?.includes('SystemAssigned')) {
    const before = new Fields(write.stored?.identity).string('principalId');
    if (before !== undefined) await identities.remove(before);
    return identity;
  }
  if (asked.has('principalId')) return identity;
  const { objectId } = await identities.create({ name: write.name, resourceId: write.id });
  return { ...asked.value, principalId: objectId, tenantId };
}

/** Removes the directory object of a record that goes. */
export async function dropIdentity(
  record: ResourceRecord,
  parts: IdentityParts,
  fence?: TypeContext['fence'],
): Promise<void> {
  const kept = record.internal?.[keptAs];
  const principalId = new Fields(record.identity).string('principalId') ?? kept;
  if (typeof principalId === 'string') await parts.identities.remove(principalId, fence);
}
