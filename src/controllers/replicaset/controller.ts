import { objectKey } from '../../apimachinery/kinds.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { replicaSets } from '../kinds/apps.ts';
import { pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { indexByOwner, ownerKey } from '../shared/owners.ts';
import { reconcileReplicaSet } from './reconcile.ts';

const byNamespace = 'namespace';

/** Keeps the asked number of pods of each ReplicaSet. */
export function startReplicaSetController(context: ClusterContext): Controller {
  const sets = context.informers.of(replicaSets);
  const podInformer = context.informers.of(pods);
  sets.addIndex(byNamespace, (set) => [set.metadata.namespace ?? '']);
  indexByOwner(podInformer);
  const adopters = (namespace: string, labels: { [key: string]: string } | undefined) =>
    sets
      .byIndex(byNamespace, namespace)
      .filter((set) => matchesLabels(set.spec.selector, labels))
      .map(objectKey);
  return runController({
    ...context,
    name: 'replicaset',
    watches: [
      watchKeys(sets, objectKey),
      watchKeys(podInformer, (pod) => {
        if (pod.metadata.ownerReferences?.length) return ownerKey(replicaSets, pod);
        return adopters(pod.metadata.namespace ?? '', pod.metadata.labels);
      }),
    ],
    concurrency: 5,
    settleMs: 5,
    reconcile: (key) => reconcileReplicaSet(key, { ...context, sets, pods: podInformer }),
  });
}
