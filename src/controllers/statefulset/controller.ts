import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { controllerRevisions, statefulSets } from '../kinds/apps.ts';
import { pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { indexByOwner, ownerKey } from '../shared/owners.ts';
import { reconcileStatefulSet } from './reconcile.ts';

/** Keeps the numbered pods of StatefulSets, in order. */
export function startStatefulSetController(context: ClusterContext): Controller {
  const sets = context.informers.of(statefulSets);
  const podInformer = context.informers.of(pods);
  const revisions = context.informers.of(controllerRevisions);
  indexByOwner(podInformer);
  indexByOwner(revisions);
  return runController({
    ...context,
    name: 'statefulset',
    watches: [watchKeys(sets, objectKey), watchKeys(podInformer, (pod) => ownerKey(statefulSets, pod))],
    concurrency: 5,
    settleMs: 5,
    reconcile: (key) => reconcileStatefulSet(key, { ...context, sets, pods: podInformer, revisions }),
  });
}
