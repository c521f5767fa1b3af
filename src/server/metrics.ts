import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ClusterHost } from '../clusters/index.ts';
import type { RequestClass, RequestsInFlight, Traffic } from '../http/index.ts';
import type { EventLoop } from './event-loop.ts';

export interface MetricsParts {
  readonly clusters: ClusterHost;
  readonly eventLoop: EventLoop;
  readonly requests: RequestsInFlight;
  readonly traffic: Traffic;
}

/** The text of `/metrics`, in the Prometheus exposition format. */
export function createMetrics(parts: MetricsParts): () => Promise<string> {
  let registry: Registry | undefined;
  return () => {
    registry ??= buildRegistry(parts);
    return registry.metrics();
  };
}

function buildRegistry({ clusters, eventLoop, requests, traffic }: MetricsParts): Registry {
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
      for (const { role } of clusters.stopped()) this.inc({ role, state: 'stopped' });
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
  addRequestGauges(registry, requests);
  addTrafficGauges(registry, traffic);
  return registry;
}

const requestClasses: readonly RequestClass[] = ['reads', 'writes', 'longRunning'];

function addRequestGauges(registry: Registry, requests: RequestsInFlight): void {
  new Gauge({
    name: 'drydock_requests',
    help: 'Requests at work, waiting for a place, and refused with 429 since the start.',
    labelNames: ['class', 'state'],
    registers: [registry],
    collect() {
      for (const one of requestClasses) {
        for (const [state, count] of Object.entries(requests.figures(one))) {
          this.set({ class: one, state }, count);
        }
      }
    },
  });
}

function addTrafficGauges(registry: Registry, traffic: Traffic): void {
  new Gauge({
    name: 'drydock_buffered_bytes',
    help: 'Bytes of request bodies that are coming and of answers that wait for their readers.',
    labelNames: ['of'],
    registers: [registry],
    collect() {
      this.set({ of: 'requests' }, traffic.requestBytes);
      this.set({ of: 'answers' }, traffic.answerBytes);
    },
  });
  new Gauge({
    name: 'drydock_readers_cut',
    help: 'Readers that were cut off because they did not take their answer, since the start.',
    registers: [registry],
    collect() {
      this.set(traffic.cutReaders);
    },
  });
}
