import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { parentKey, placementFinalizer } from '../kinds/fleet-names.ts';
import type { Binding } from '../kinds/placement.ts';
import { isAbandonRemembered } from './abandon.ts';
import type { PlacementContext } from './context.ts';
import { reconcilePlacement } from './reconcile.ts';

/** Takes snapshots of what a placement selects and how, and shows how far it has come. */
export function startPlacementController(context: PlacementContext): Controller {
  const { placements, policySnapshots, resourceSnapshots, bindings, statusCopies } = context;
  return runController({
    ...context,
    name: `placement/${context.family.placements.resource}`,
    watches: [
      watchKeys(placements, (placement, previous) => {
        const { generation, deletionTimestamp } = placement.metadata;
        const isSame =
          generation === previous?.metadata.generation &&
          deletionTimestamp === previous?.metadata.deletionTimestamp;
        // A replace may have dropped the finalizer, and the mark.
        const isHeld =
          placement.metadata.finalizers?.includes(placementFinalizer) && isAbandonRemembered(placement);
        return isSame && (isHeld || deletionTimestamp) ? undefined : objectKey(placement);
      }),
      watchKeys(policySnapshots, (snapshot, previous, type) =>
        type === 'deleted' || (previous && !jsonEqual(snapshot.status, previous.status))
          ? parentKey(snapshot)
          : undefined,
      ),
      // One that somebody deleted is made again.
      watchKeys(resourceSnapshots, (snapshot, _previous, type) =>
        type === 'deleted' ? parentKey(snapshot) : undefined,
      ),
      watchKeys(bindings, (binding, previous, type) =>
        type === 'deleted' || (previous && saysOtherwise(binding, previous)) ? parentKey(binding) : undefined,
      ),
      // A copy that somebody took away or changed is written again.
      ...(statusCopies
        ? [
            watchKeys(statusCopies, ({ metadata: { name = '' }, sourceStatus }, previous, type) => {
              const isTouched = previous && !jsonEqual(sourceStatus, previous.sourceStatus);
              return type === 'deleted' || isTouched ? name : undefined;
            }),
          ]
        : []),
    ],
    concurrency: 10,
    settleMs: 5,
    reconcile: (key) => reconcilePlacement(key, context),
  });
}

/** A change that the placement's status shows; another wording alone is none. */
function saysOtherwise(binding: Binding, previous: Binding): boolean {
  const essence = ({ status }: Binding) => ({
    ...status,
    conditions: status?.conditions?.map(({ type, status: state, reason, observedGeneration }) => ({
      type,
      state,
      reason,
      observedGeneration,
    })),
  });
  return !jsonEqual(essence(binding), essence(previous)) || !jsonEqual(binding.spec, previous.spec);
}
