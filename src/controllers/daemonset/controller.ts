import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { controllerRevisions, daemonSets } from '../kinds/apps.ts';
import { nodes, pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { indexByOwner, ownerKey } from '../shared/owners.ts';
import { reconcileDaemonSet } from './reconcile.ts';

/** Keeps one pod of each DaemonSet on every node that it is meant for. */
export function startDaemonSetController(context: ClusterContext): Controller {
  const sets = context.informers.of(daemonSets);
  const podInformer = context.informers.of(pods);
  const nodeInformer = context.informers.of(nodes);
  const revisions = context.informers.of(controllerRevisions);
  indexByOwner(podInformer);
  indexByOwner(revisions);
  return runController({
    ...context,
    name: 'daemonset',
    watches: [
      watchKeys(sets, objectKey),
      watchKeys(podInformer, (pod) => ownerKey(daemonSets, pod)),
      watchKeys(nodeInformer, (node, previous, type) => {
        const isSame =
          previous &&
          jsonEqual(node.spec, previous.spec) &&
          jsonEqual(node.metadata.labels, previous.metadata.labels);
        return isSame && type === 'updated' ? undefined : [...sets.list()].map(objectKey);
      }),
      watchKeys(revisions, (revision, _previous, type) =>
        type === 'deleted' ? ownerKey(daemonSets, revision) : undefined,
      ),
    ],
    concurrency: 2,
    settleMs: 5,
    reconcile: (key) =>
      reconcileDaemonSet(key, { ...context, sets, pods: podInformer, nodes: nodeInformer, revisions }),
  });
}
