import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ClusterHost } from '../clusters/index.ts';

/** The text of `/metrics`, in the Prometheus exposition format. */
export function createMetrics(parts: { readonly clusters: ClusterHost }): () => Promise<string> {
  let registry: Registry | undefined;
  return () => {
    registry ??= buildRegistry(parts.clusters);
    return registry.metrics();
  };
}

function buildRegistry(clusters: ClusterHost): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'drydock_clusters',
    help: 'Clusters by role and state.',
    labelNames: ['role', 'state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { spec, state } of clusters.list()) this.inc({ role: spec.role, state });
    },
  });
  return registry;
}
