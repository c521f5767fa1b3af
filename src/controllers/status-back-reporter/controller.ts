import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { clusterFamily, namespacedFamily, type Work, works } from '../kinds/placement.ts';
import type { ClusterContext } from '../shared/context.ts';
import { ServedKinds } from '../shared/discovery.ts';
import { reportBack } from './reconcile.ts';

/** Writes the statuses that Works bring back from members to the objects on the hub that were placed. */
export function startStatusBackReporter(context: ClusterContext): Controller {
  const { informers, client } = context;
  const workInformer = informers.of(works);
  const clusterPlacements = informers.of(clusterFamily.placements);
  const namespacedPlacements = informers.of(namespacedFamily.placements);
  const served = new ServedKinds(client.cluster);
  return runController({
    ...context,
    name: 'status-back-reporter',
    watches: [
      watchKeys(workInformer, (work, previous, type) => {
        if (type === 'deleted' || work.spec.reportBackStrategy?.type !== 'Mirror') return undefined;
        return previous && jsonEqual(statusesOf(work), statusesOf(previous)) ? undefined : objectKey(work);
      }),
    ],
    concurrency: 5,
    reconcile: (key) =>
      reportBack(key, { ...context, works: workInformer, clusterPlacements, namespacedPlacements, served }),
  });
}

/** What a Work says of its objects and whether it counts; when it was looked at tells nothing. */
function statusesOf({ status, metadata: { generation } }: Work) {
  return [
    generation,
    status?.conditions,
    status?.manifestConditions?.map(({ backReportedStatus }) => backReportedStatus?.observedStatus ?? null),
  ];
}
