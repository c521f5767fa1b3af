import { ignoringMissing, objectKey, refOf } from '../../apimachinery/kinds.ts';
import { placementFinalizer } from '../kinds/fleet-names.ts';
import type { Placement } from '../kinds/placement.ts';
import { inBatches } from '../shared/batches.ts';
import { release } from '../shared/finalizers.ts';
import { byParent, type PlacementContext } from './context.ts';

/** Removes the snapshots of a placement that is deleted; its bindings are the scheduler's to remove. */
export async function cleanUpPlacement(placement: Placement, context: PlacementContext): Promise<undefined> {
  const { finalizers = [] } = placement.metadata;
  if (!finalizers.includes(placementFinalizer)) return undefined;
  const key = objectKey(placement);
  const { family, client } = context;
  await inBatches(context.policySnapshots.byIndex(byParent, key), (snapshot) =>
    ignoringMissing(client.delete(family.policySnapshots, refOf(snapshot))),
  );
  await inBatches(context.resourceSnapshots.byIndex(byParent, key), (snapshot) =>
    ignoringMissing(client.delete(family.resourceSnapshots, refOf(snapshot))),
  );
  await release(placement, placementFinalizer, { client, informer: context.placements });
  context.events.record(placement, {
    type: 'Normal',
    reason: 'PlacementCleanupFinalizerRemoved',
    message: 'Deleted the snapshots and removed the placement cleanup finalizer',
    component: 'placement-controller',
  });
  return undefined;
}
