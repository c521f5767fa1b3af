import { ignoringMissing } from '../../apimachinery/kinds.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import { abandons, workFinalizer } from '../kinds/fleet-names.ts';
import { type AppliedWork, appliedWorks, type ManifestIdentifier, type Work } from '../kinds/placement.ts';
import { inBatches } from '../shared/batches.ts';
import { release } from '../shared/finalizers.ts';
import type { WorkApplierContext } from './context.ts';
import { abandon, findPlaced, isLasting, type Placed, placedBy } from './leftovers.ts';
import { otherOwners, ownerReference } from './ownership.ts';

/** How long the objects of a deleted Work may hold it up before those that have other owners let it go. */
const deletionWaitMs = 5 * 60_000;
/** Between two looks at what holds it up after that. */
const stuckCheckMs = 60_000;

/**
 * The Work is deleted: what was applied for it goes first, by the member's own garbage collection, or stays without us
 * when its placement was to be abandoned.
 */
export async function takeAway(work: Work, context: WorkApplierContext): Promise<Reconciled | undefined> {
  if (!work.metadata.finalizers?.includes(workFinalizer)) return undefined;
  const { name = '' } = work.metadata;
  const owner = await context.member.find(appliedWorks, { name });
  if (!owner) {
    context.pace.forget(`${work.metadata.namespace}/${name}`);
    await release(work, workFinalizer, { client: context.hub, informer: context.works });
    return undefined;
  }
  const { deletionTimestamp, uid = '' } = owner.metadata;
  if (deletionTimestamp) return waitFor(work, owner, context);
  const isAbandoned = abandons(work);
  const kept = placedBy(work, owner).filter((identifier) => isAbandoned || isLasting(identifier));
  await disownAll(kept, { owner, context });
  const propagationPolicy = isAbandoned ? 'Orphan' : 'Foreground';
  await ignoringMissing(
    context.member.delete(appliedWorks, { name }, { propagationPolicy, preconditions: { uid } }),
  );
  // Its end is an event; this is for what never ends.
  return { againAfterMs: deletionWaitMs };
}

/** The garbage collector orphans what it knows of; what came a moment ago is seen to here. */
async function disownAll(kept: readonly Partial<ManifestIdentifier>[], placed: Placed): Promise<void> {
  await inBatches(kept, async (identifier) => {
    const found = await findPlaced(identifier, placed);
    if (found) await abandon(found, placed);
  });
}

async function waitFor(work: Work, owner: AppliedWork, context: WorkApplierContext): Promise<Reconciled> {
  const sinceMs = Date.parse(owner.metadata.deletionTimestamp ?? '');
  const leftMs = sinceMs + deletionWaitMs - context.clock.now();
  if (leftMs > 0) return { againAfterMs: leftMs };
  await inBatches(placedBy(work, owner), async (identifier) => {
    const found = await findPlaced(identifier, { owner, context });
    const others = found ? otherOwners(found.object, owner) : [];
    if (!found || others.length === 0) return;
    const ownerReferences = [...others, { ...ownerReference(owner), blockOwnerDeletion: false }];
    const metadata = { ...found.object.metadata, ownerReferences };
    await ignoringMissing(context.member.cluster.update(found.kind, { ...found.object, metadata }));
  });
  return { againAfterMs: stuckCheckMs };
}
