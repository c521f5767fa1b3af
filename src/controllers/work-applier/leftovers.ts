import type { KubeObject } from '../../apimachinery/client.ts';
import { findCondition } from '../../apimachinery/conditions.ts';
import { ignoringMissing, isNotFound, refOf } from '../../apimachinery/kinds.ts';
import { eachInTurn } from '../../base/index.ts';
import { withoutManagedLabel } from '../kinds/fleet-names.ts';
import type { AppliedWork, ManifestCondition, ManifestIdentifier, Work } from '../kinds/placement.ts';
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
  const leftovers = (work.status?.manifestConditions ?? []).filter(
    (left) => !wanted.has(identityOf(left.identifier)) && mayExist(left),
  );
  await eachInTurn(leftovers, ({ identifier }) => removeLeftover(identifier, placed));
}

function mayExist({ conditions }: ManifestCondition): boolean {
  const applied = findCondition(conditions, 'Applied');
  return applied?.status === 'True' || applied?.reason === 'PreparingToProcess';
}

/** Removes an object that only we own; with other owners it loses our reference alone. */
async function removeLeftover(identifier: ManifestIdentifier, placed: Placed): Promise<void> {
  const found = await findPlaced(identifier, placed);
  if (!found || found.object.metadata.deletionTimestamp) return;
  const { owner, context } = placed;
  if (otherOwners(found.object, owner).length > 0) {
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
export async function abandon({ kind, object }: Found, { owner, context }: Placed): Promise<void> {
  const metadata = {
    ...object.metadata,
    labels: withoutManagedLabel(object.metadata.labels ?? {}),
    ownerReferences: otherOwners(object, owner),
  };
  await ignoringMissing(context.member.cluster.update(kind, { ...object, metadata }));
}
