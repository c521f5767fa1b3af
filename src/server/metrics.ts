import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ClusterHost } from '../clusters/index.ts';
import type { EventLoop } from './event-loop.ts';

export interface MetricsParts {
  readonly clusters: ClusterHost;
  readonly eventLoop: EventLoop;
}

/** The text of `/metrics`, in the Prometheus exposition format. */
export function createMetrics(parts: MetricsParts): () => Promise<string> {
  let registry: Registry | undefined;
  return () => {
    registry ??= buildRegistry(parts);
    return registry.metrics();
  };
}

function buildRegistry({ clusters, eventLoop }: MetricsParts): Registry {
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
  new Gauge({
    name: 'drydock_event_loop_delay_seconds',
    help: 'How late the event loop is, over the last 10 to 20 seconds.',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      const { p50, p90, p99, max } = eventLoop.delay();
      for (const [quantile, ms] of Object.entries({ '0.5': p50, '0.9': p90, '0.99': p99, '1': max })) {
        this.set({ quantile }, ms / 1000);
      }
    },
  });
  return registry;
}
