import { objectKey } from '../../apimachinery/kinds.ts';
import type { LabelSelector } from '../../apimachinery/meta.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import { isObject, type Json } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { replicaSets } from '../kinds/apps.ts';
import { pods, replicationControllers } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { indexByOwner, ownerKey } from '../shared/owners.ts';
import { type PodSetKind, reconcilePodSet } from './reconcile.ts';

const byNamespace = 'namespace';

/** Keeps the asked number of pods of each ReplicaSet. */
export function startReplicaSetController(context: ClusterContext): Controller {
  return startPodSets(context, {
    kind: replicaSets,
    component: 'replicaset-controller',
    selectorOf: ({ spec }) => labelSelectorOf(spec['selector']),
  });
}

/** Keeps the asked number of pods of each ReplicationController. */
export function startReplicationController(context: ClusterContext): Controller {
  return startPodSets(context, {
    kind: replicationControllers,
    component: 'replication-controller',
    selectorOf: ({ spec }) => labelSelectorOf({ matchLabels: spec['selector'] ?? {} }),
  });
}

/** The API server has checked that it is one. */
function labelSelectorOf(selector: Json | undefined): LabelSelector {
  return isObject(selector) ? (selector as LabelSelector) : {};
}

function startPodSets(context: ClusterContext, of: PodSetKind): Controller {
  const sets = context.informers.of(of.kind);
  const podInformer = context.informers.of(pods);
  sets.addIndex(byNamespace, (set) => [set.metadata.namespace ?? '']);
  indexByOwner(podInformer);
  const adopters = (namespace: string, labels: { [key: string]: string } | undefined) =>
    sets
      .byIndex(byNamespace, namespace)
      .filter((set) => matchesLabels(of.selectorOf(set), labels))
      .map(objectKey);
  return runController({
    ...context,
    name: of.component,
    watches: [
      watchKeys(sets, objectKey),
      watchKeys(podInformer, (pod) => {
        if (pod.metadata.ownerReferences?.length) return ownerKey(of.kind, pod);
        return adopters(pod.metadata.namespace ?? '', pod.metadata.labels);
      }),
    ],
    concurrency: 5,
    settleMs: 5,
    reconcile: (key) => reconcilePodSet(key, { ...context, of, sets, pods: podInformer }),
  });
}
