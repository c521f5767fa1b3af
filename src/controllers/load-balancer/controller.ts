import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { nodes, services } from '../kinds/core.ts';
import type { AddressSupply } from '../shared/addresses.ts';
import type { ClusterContext } from '../shared/context.ts';
import { Hosts } from './hosts.ts';
import { holderPrefix, reconcileService } from './reconcile.ts';

/** Nodes that come and go together are one change. */
const hostsSettleMs = 100;

/** Gives Services of type LoadBalancer an address, as the service controller of a cloud does. */
export function startLoadBalancerController(context: ClusterContext, addresses: AddressSupply): Controller {
  const all = context.informers.of(services);
  const nodeInformer = context.informers.of(nodes);
  /** Services that got no address. */
  const waiting = new Set<string>();
  const ensured = new Map<string, string>();
  const hosts = new Hosts(nodeInformer);
  const controller = runController({
    ...context,
    name: 'service-controller',
    watches: [watchKeys(all, objectKey), watchKeys(nodeInformer, () => undefined)],
    reconcile: (key) =>
      reconcileService(key, {
        ...context,
        services: all,
        nodes: nodeInformer,
        addresses,
        waiting,
        ensured,
        hosts,
      }),
  });
  runController({
    ...context,
    name: 'service-hosts',
    watches: [watchKeys(nodeInformer, () => 'nodes'), watchKeys(all, () => undefined)],
    settleMs: hostsSettleMs,
    reconcile: async () => {
      hosts.tellChanges(all, context);
      return undefined;
    },
  });
  const stopListening = addresses.onFreed(() => {
    for (const key of waiting) controller.enqueue(key);
  });
  context.signal.addEventListener('abort', stopListening, { once: true });
  // Of a Service that went while nobody watched, only the claim is left.
  for (const { name } of addresses.holders()) {
    if (name.startsWith(holderPrefix)) controller.enqueue(name.slice(holderPrefix.length));
  }
  return controller;
}
