import type { KubeObject } from '../../apimachinery/client.ts';
import { ignoringMissing, isNotFound, refOf } from '../../apimachinery/kinds.ts';
import { eachInTurn } from '../../base/index.ts';
import { withoutManagedLabel } from '../kinds/fleet-names.ts';
import type { AppliedWork, ManifestIdentifier, Work } from '../kinds/placement.ts';
import type { ServedKind } from '../shared/discovery.ts';
import type { WorkApplierContext } from './context.ts';
import { identityOf } from './manifests.ts';
import { isOwnedBy, otherOwners } from './ownership.ts';
import type { Manifest } from './step.ts';

export interface Placed {
  readonly owner: AppliedWork;
  readonly context: WorkApplierContext;
}

/** Removes what an earlier generation of a Work brought and this one does not have. */
export async function removeLeftovers(
  work: Work,
  manifests: readonly Manifest[],
  placed: Placed,
): Promise<void> {
  const wanted = new Set(manifests.map(({ identifier }) => identityOf(identifier)));
  const leftovers = placedBy(work, placed.owner).filter((left) => !wanted.has(identityOf(left)));
  await eachInTurn(leftovers, (identifier) => removeLeftover(identifier, placed));
}

/**
 * Everything that a Work may have brought, by its own status and by the AppliedWork's: also what drifted since, and what
 * it brought before it was only to report.
 */
export function placedBy(work: Work, { status }: AppliedWork): readonly Partial<ManifestIdentifier>[] {
  const noted = (work.status?.manifestConditions ?? []).map(({ identifier }) => identifier);
  const all = [...noted, ...(status?.appliedResources ?? [])];
  return [...new Map(all.map((identifier) => [identityOf(identifier), identifier])).values()];
}

/** No API server ever deletes these namespaces: who waited for their end would wait for ever. */
const lasting = new Set(['default', 'kube-system', 'kube-public']);

export function isLasting({ group = '', kind, name = '' }: Partial<ManifestIdentifier>): boolean {
  return group === '' && kind === 'Namespace' && lasting.has(name);
}

/** Removes an object that only we own; with other owners, and for ever, it loses our reference alone. */
async function removeLeftover(identifier: Partial<ManifestIdentifier>, placed: Placed): Promise<void> {
  const found = await findPlaced(identifier, placed);
  if (!found || found.object.metadata.deletionTimestamp) return;
  const { owner, context } = placed;
  if (isLasting(identifier) || otherOwners(found.object, owner).length > 0) {
    await disown(found, placed);
    return;
  }
  const preconditions = { uid: found.object.metadata.uid ?? '' };
  await ignoringMissing(context.member.cluster.delete(found.kind, refOf(found.object), { preconditions }));
}

export interface Found {
  readonly kind: ServedKind;
  readonly object: KubeObject;
}

/** The object of a manifest on the member, if it is there and ours. */
export async function findPlaced(
  { group = '', version = '', kind = '', name = '', namespace }: Partial<ManifestIdentifier>,
  { owner, context }: Placed,
): Promise<Found | undefined> {
  const apiVersion = group ? `${group}/${version}` : version;
  const served = await context.served.find(apiVersion, kind);
  if (!served || !name) return undefined;
  const exact = { ...served, version, apiVersion };
  try {
    const object = await context.member.cluster.get(exact, namespace ? { name, namespace } : { name });
    return isOwnedBy(object, owner) ? { kind: exact, object } : undefined;
  } catch (thrown) {
    if (isNotFound(thrown)) return undefined;
    throw thrown;
  }
}

/** Takes our reference off an object, which stays. */
async function disown({ kind, object }: Found, { owner, context }: Placed): Promise<void> {
  const metadata = { ...object.metadata, ownerReferences: otherOwners(object, owner) };
  await ignoringMissing(context.member.cluster.update(kind, { ...object, metadata }));
}

/** Leaves an object to the users of the member: what Resource Manager managed in it is theirs too from now on. */
export async function abandon({ kind, object }: Found, placed: Placed): Promise<void> {
  const metadata = { ...object.metadata, labels: withoutManagedLabel(object.metadata.labels ?? {}) };
  await disown({ kind, object: { ...object, metadata } }, placed);
}
