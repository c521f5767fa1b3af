import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { cronJobs, jobs } from '../kinds/batch.ts';
import type { ClusterContext } from '../shared/context.ts';
import { indexByOwner, ownerKey } from '../shared/owners.ts';
import { reconcileCronJob } from './reconcile.ts';

/** Makes Jobs by the clock. */
export function startCronJobController(context: ClusterContext): Controller {
  const all = context.informers.of(cronJobs);
  const jobInformer = context.informers.of(jobs);
  indexByOwner(jobInformer);
  return runController({
    ...context,
    name: 'cronjob',
    watches: [watchKeys(all, objectKey), watchKeys(jobInformer, (job) => ownerKey(cronJobs, job))],
    concurrency: 2,
    settleMs: 5,
    reconcile: (key) => reconcileCronJob(key, { ...context, cronJobs: all, jobs: jobInformer }),
  });
}
