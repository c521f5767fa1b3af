import type { CounterFamily, GaugeFamily, HistogramFamily } from '../../base/index.ts';

/**
 * What is measured of requests, under the names, labels and buckets of the real server.
 * Source: kubernetes.io/docs/reference/instrumentation/metrics
 */
const place = ['group', 'version', 'resource', 'subresource', 'scope', 'component'];

const durationBuckets = [
  0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

export const requestTotal: CounterFamily = {
  type: 'counter',
  name: 'apiserver_request_total',
  help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
  labels: ['verb', 'dry_run', ...place, 'code'],
  stability: 'STABLE',
};

export const requestDuration: HistogramFamily = {
  type: 'histogram',
  name: 'apiserver_request_duration_seconds',
  help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
  labels: ['verb', 'dry_run', ...place],
  buckets: [0.005, 0.025, ...durationBuckets],
  stability: 'STABLE',
};

export const requestSliDuration: HistogramFamily = {
  type: 'histogram',
  name: 'apiserver_request_sli_duration_seconds',
  help: 'Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
  labels: ['verb', ...place],
  buckets: durationBuckets,
  stability: 'ALPHA',
};

export const responseSizes: HistogramFamily = {
  type: 'histogram',
  name: 'apiserver_response_sizes',
  help: 'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
  labels: ['verb', ...place],
  buckets: [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9],
  stability: 'STABLE',
};

export const longRunningRequests: GaugeFamily = {
  type: 'gauge',
  name: 'apiserver_longrunning_requests',
  help: 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
  labels: ['verb', ...place],
  stability: 'STABLE',
};

export const currentInflight: GaugeFamily = {
  type: 'gauge',
  name: 'apiserver_current_inflight_requests',
  help: 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
  labels: ['request_kind'],
  stability: 'STABLE',
};

export const deprecatedApis: GaugeFamily = {
  type: 'gauge',
  name: 'apiserver_requested_deprecated_apis',
  help: 'Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.',
  labels: ['group', 'version', 'resource', 'subresource', 'removed_release'],
  stability: 'STABLE',
};

export const watchEvents: CounterFamily = {
  type: 'counter',
  name: 'apiserver_watch_events_total',
  help: 'Number of events sent in watch clients',
  labels: ['group', 'version', 'resource'],
  stability: 'ALPHA',
};

export const watchEventSizes: HistogramFamily = {
  type: 'histogram',
  name: 'apiserver_watch_events_sizes',
  help: 'Watch event size distribution in bytes',
  labels: ['group', 'version', 'resource'],
  buckets: [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072],
  stability: 'ALPHA',
};

export const terminatedWatchers: CounterFamily = {
  type: 'counter',
  name: 'apiserver_terminated_watchers_total',
  help: 'Counter of watchers closed due to unresponsiveness broken by resource type.',
  labels: ['group', 'resource'],
  stability: 'ALPHA',
};
