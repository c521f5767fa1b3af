import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { jobs } from '../kinds/batch.ts';
import { pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { indexByOwner, ownerKey } from '../shared/owners.ts';
import { podsByJob, reconcileJob } from './reconcile.ts';

/** Runs pods of Jobs until enough of them have succeeded. */
export function startJobController(context: ClusterContext): Controller {
  const all = context.informers.of(jobs);
  const podInformer = context.informers.of(pods);
  indexByOwner(podInformer);
  podInformer.addIndex(podsByJob, (pod) => {
    const key = ownerKey(jobs, pod);
    return key ? [key] : [];
  });
  return runController({
    ...context,
    name: 'job',
    watches: [watchKeys(all, objectKey), watchKeys(podInformer, (pod) => ownerKey(jobs, pod))],
    concurrency: 5,
    settleMs: 5,
    reconcile: (key) => reconcileJob(key, { ...context, jobs: all, pods: podInformer }),
  });
}
