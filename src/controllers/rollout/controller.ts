import { findCondition } from '../../apimachinery/conditions.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { parentKey, resourceHashAnnotation } from '../kinds/fleet-names.ts';
import type { Binding } from '../kinds/placement.ts';
import type { PlacementContext } from '../placement/context.ts';
import { reconcileRollout } from './reconcile.ts';

/** Decides when each cluster of a placement gets the latest resources. */
export function startRolloutController(context: PlacementContext): Controller {
  const { placements, resourceSnapshots, bindings } = context;
  return runController({
    ...context,
    name: `rollout/${context.family.placements.resource}`,
    watches: [
      watchKeys(resourceSnapshots, (snapshot, _previous, type) => {
        const isMaster = snapshot.metadata.annotations?.[resourceHashAnnotation] !== undefined;
        return type === 'added' && isMaster ? parentKey(snapshot) : undefined;
      }),
      watchKeys(bindings, (binding, previous) =>
        previous && isSameForRollout(binding, previous) ? undefined : parentKey(binding),
      ),
      watchKeys(placements, (placement, previous) => {
        const strategy = placement.spec.strategy;
        return previous && jsonEqual(strategy, previous.spec.strategy) ? undefined : objectKey(placement);
      }),
    ],
    concurrency: 10,
    settleMs: 5,
    reconcile: (key) => reconcileRollout(key, context),
  });
}

function isSameForRollout(binding: Binding, previous: Binding): boolean {
  const said = ({ status }: Binding) =>
    ['Applied', 'Available', 'DiffReported'].map((type) => findCondition(status?.conditions, type));
  return (
    binding.metadata.generation === previous.metadata.generation && jsonEqual(said(binding), said(previous))
  );
}
