import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { type Node, nodes, pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { isFinished } from '../shared/pods.ts';
import { wantsNode } from './eligible.ts';
import { NodeUsage } from './node-usage.ts';
import { schedulePod } from './reconcile.ts';

/** Gives each pod that has none a node on which it fits. */
export function startScheduler(context: ClusterContext): Controller {
  const nodeInformer = context.informers.of(nodes);
  const podInformer = context.informers.of(pods);
  const usage = new NodeUsage();
  /** Pods that no node could take; a change of nodes or a pod that leaves lets them try again. */
  const waiting = new Set<string>();
  const retryAll = () => {
    const keys = [...waiting];
    waiting.clear();
    return keys;
  };
  return runController({
    ...context,
    name: 'scheduler',
    watches: [
      watchKeys(nodeInformer, (node, previous, type) =>
        type === 'deleted' || (previous && isSameForPods(node, previous)) ? undefined : retryAll(),
      ),
      watchKeys(podInformer, (pod, previous, type) => {
        usage.note(pod, type);
        if (type === 'deleted' || (isFinished(pod) && previous && !isFinished(previous))) {
          waiting.delete(objectKey(pod));
          return retryAll();
        }
        return wantsNode(pod) && !waiting.has(objectKey(pod)) ? objectKey(pod) : undefined;
      }),
    ],
    concurrency: 32,
    reconcile: (key) =>
      schedulePod(key, { ...context, nodes: nodeInformer, pods: podInformer, usage, waiting }),
  });
}

/** Heartbeats renew a node's conditions; what decides about pods stays. */
function isSameForPods(a: Node, b: Node): boolean {
  return (
    jsonEqual(a.spec, b.spec) &&
    jsonEqual(a.metadata.labels, b.metadata.labels) &&
    jsonEqual(a.status?.allocatable, b.status?.allocatable)
  );
}
