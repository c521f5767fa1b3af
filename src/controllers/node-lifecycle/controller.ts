import { type Controller, Informer, leases, runController, watchKeys } from '../../reconcile/index.ts';
import { nodes, pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { NodeHealth } from './health.ts';
import { reconcileNode } from './reconcile.ts';

const podsByNode = 'node';

/** Marks nodes whose leases are not renewed, evicts their pods, and removes the pods of nodes that are gone. */
export function startNodeLifecycleController(context: ClusterContext): Controller {
  const nodeInformer = context.informers.of(nodes);
  const podInformer = context.informers.of(pods);
  podInformer.addIndex(podsByNode, (pod) => [pod.spec.nodeName ?? '']);
  const leaseInformer = new Informer({
    client: context.client.cluster,
    kind: leases,
    select: { namespace: 'kube-node-lease' },
    clock: context.clock,
    log: context.log,
  });
  context.signal.addEventListener('abort', () => leaseInformer.close(), { once: true });
  const health = new NodeHealth(context.clock);
  return runController({
    ...context,
    name: 'node-lifecycle',
    watches: [
      watchKeys(nodeInformer, (node, previous, type) => {
        const { name = '' } = node.metadata;
        if (type === 'deleted') health.forget(name);
        const before = previous?.status?.conditions;
        return before && before === node.status?.conditions ? undefined : name;
      }),
      // A renewal only moves the time of the next look.
      watchKeys(leaseInformer, (lease) => {
        const { name = '' } = lease.metadata;
        return health.renewed(name) ? name : undefined;
      }),
    ],
    reconcile: (name) =>
      reconcileNode(name, { ...context, nodes: nodeInformer, pods: podInformer, podsByNode, health }),
  });
}
