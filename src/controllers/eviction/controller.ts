import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { evictions } from '../kinds/placement.ts';
import type { ClusterContext } from '../shared/context.ts';
import { reconcileEviction } from './reconcile.ts';

/** Takes placements off clusters as evictions ask, as far as disruption budgets let it. */
export function startEvictionController(context: ClusterContext): Controller {
  const informer = context.informers.of(evictions);
  return runController({
    ...context,
    name: 'eviction',
    watches: [
      watchKeys(informer, (eviction, previous) =>
        eviction.metadata.generation === previous?.metadata.generation ? undefined : objectKey(eviction),
      ),
    ],
    // One after the other: each counts what the one before left.
    concurrency: 1,
    reconcile: (key) => reconcileEviction(key, { ...context, evictions: informer }),
  });
}
