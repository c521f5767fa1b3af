import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { resourceQuotas } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { KindFollower } from '../shared/kind-follower.ts';
import { CountedObjects } from './counted-objects.ts';
import { recount } from './reconcile.ts';

/**
 * Says in each ResourceQuota what it bounds and how much of that there is. What comes and grows the API server adds in the
 * same commit; here is counted what goes, ends or shrinks, and everything once in a while.
 */
export function startResourceQuotaController(context: ClusterContext): Controller {
  const quotas = context.informers.of(resourceQuotas);
  const objects = new CountedObjects(quotas, context.clock);
  const follower = new KindFollower(context, objects);
  const controller = runController({
    ...context,
    name: 'resource-quota',
    watches: [
      watchKeys(quotas, (quota, previous, type) => {
        // What is used changes with each object that comes: nothing to do here.
        if (type === 'updated' && jsonEqual(quota.spec?.hard ?? {}, previous?.spec?.hard ?? {}))
          return undefined;
        if (objects.noteQuota(quota, type !== 'deleted')) follower.reconsider();
        return objectKey(quota);
      }),
    ],
    concurrency: 2,
    settleMs,
    reconcile: (key) => recount(key, context),
  });
  objects.onChange((key) => controller.enqueue(key, settleMs));
  follower.start();
  return controller;
}

/** Many objects of a namespace go at once: they are counted once. */
const settleMs = 10;
