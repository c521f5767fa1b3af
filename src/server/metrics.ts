import { type GaugeFamily, Metrics } from '../base/index.ts';
import type { ClusterHost } from '../clusters/index.ts';
import type { RequestClass, RequestsInFlight, Traffic } from '../http/index.ts';
import type { EventLoop } from './event-loop.ts';
import { processMetrics } from './process-metrics.ts';

export interface MetricsParts {
  readonly clusters: ClusterHost;
  readonly eventLoop: EventLoop;
  readonly requests: RequestsInFlight;
  readonly traffic: Traffic;
}

function gauge(name: string, help: string, ...labels: string[]): GaugeFamily {
  return { type: 'gauge', name, help, labels };
}

const clustersByState = gauge('drydock_clusters', 'Clusters by role and state.', 'role', 'state');
const eventLoopDelay = gauge(
  'drydock_event_loop_delay_seconds',
  'How late the event loop is, over the last 10 to 20 seconds.',
  'quantile',
);
const requestsByState = gauge(
  'drydock_requests',
  'Requests at work, waiting for a place, and refused with 429 since the start.',
  'class',
  'state',
);
const bufferedBytes = gauge(
  'drydock_buffered_bytes',
  'Bytes of request bodies that are coming and of answers that wait for their readers.',
  'of',
);
const readersCut = gauge(
  'drydock_readers_cut',
  'Readers that were cut off because they did not take their answer, since the start.',
);
const requestClasses: readonly RequestClass[] = ['reads', 'writes', 'longRunning'];

/** The text of the server's own `/metrics`, in the Prometheus exposition format. Each cluster has another at its API server. */
export function createMetrics(parts: MetricsParts): () => Promise<string> {
  const metrics = new Metrics();
  metrics.beforeReading(() => lookAt(parts, metrics));
  return async () => metrics.text() + (await processMetrics());
}

function lookAt({ clusters, eventLoop, requests, traffic }: MetricsParts, metrics: Metrics): void {
  metrics.clear(clustersByState);
  for (const { spec, state } of clusters.list()) metrics.gauge(clustersByState, spec.role, state).inc();
  for (const { role } of clusters.stopped()) metrics.gauge(clustersByState, role, 'stopped').inc();
  const { p50, p90, p99, max } = eventLoop.delay();
  for (const [quantile, ms] of Object.entries({ '0.5': p50, '0.9': p90, '0.99': p99, '1': max })) {
    metrics.gauge(eventLoopDelay, quantile).set(ms / 1000);
  }
  for (const one of requestClasses) {
    for (const [state, count] of Object.entries(requests.figures(one))) {
      metrics.gauge(requestsByState, one, state).set(count);
    }
  }
  metrics.gauge(bufferedBytes, 'requests').set(traffic.requestBytes);
  metrics.gauge(bufferedBytes, 'answers').set(traffic.answerBytes);
  metrics.gauge(readersCut).set(traffic.cutReaders);
}
