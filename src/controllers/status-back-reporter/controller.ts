import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { bindingKey, parentKey } from '../kinds/fleet-names.ts';
import {
  clusterFamily,
  namespacedFamily,
  type Placement,
  type PlacementFamily,
  type Work,
  works,
} from '../kinds/placement.ts';
import { byBinding, byParent } from '../placement/context.ts';
import type { ClusterContext } from '../shared/context.ts';
import { ServedKinds } from '../shared/discovery.ts';
import { reportBack } from './reconcile.ts';

/** Writes the statuses that Works bring back from members to the objects on the hub that were placed. */
export function startStatusBackReporter(context: ClusterContext): Controller {
  const { informers, client } = context;
  const workInformer = informers.of(works);
  const of = (family: PlacementFamily) => {
    const [placements, bindings] = [informers.of(family.placements), informers.of(family.bindings)];
    bindings.addIndex(byParent, (binding) => [parentKey(binding) ?? '']);
    return { placements, bindings };
  };
  const [ofHub, ofNamespaces] = [of(clusterFamily), of(namespacedFamily)];
  const served = new ServedKinds(client.cluster);
  workInformer.addIndex(byBinding, (work) => [bindingKey(work) ?? '']);
  return runController({
    ...context,
    name: 'status-back-reporter',
    watches: [
      watchKeys(workInformer, (work, previous, type) => {
        if (type === 'deleted' || work.spec.reportBackStrategy?.type !== 'Mirror') return undefined;
        return previous && jsonEqual(statusesOf(work), statusesOf(previous)) ? undefined : objectKey(work);
      }),
      ...[ofHub, ofNamespaces].flatMap(({ placements, bindings }) => [
        // Whether statuses go to the originals, and which those are, may be said after the statuses came.
        watchKeys(placements, (placement, previous) => {
          if (!previous || jsonEqual(wishOf(placement), wishOf(previous))) return undefined;
          return bindings
            .byIndex(byParent, objectKey(placement))
            .flatMap((binding) => workInformer.byIndex(byBinding, objectKey(binding)).map(objectKey));
        }),
        watchKeys(bindings, () => undefined),
      ]),
    ],
    concurrency: 5,
    reconcile: (key) => reportBack(key, { ...context, works: workInformer, ofHub, ofNamespaces, served }),
  });
}

/** What decides whether statuses go to the originals of a placement, and to which. */
function wishOf({ spec: { policy, strategy }, status }: Placement) {
  return [policy, strategy?.reportBackStrategy, status?.selectedResources];
}

/** What a Work says of its objects and whether it counts; when it was looked at tells nothing. */
function statusesOf({ status, metadata: { generation } }: Work) {
  return [
    generation,
    status?.conditions,
    status?.manifestConditions?.map(({ backReportedStatus }) => backReportedStatus?.observedStatus ?? null),
  ];
}
