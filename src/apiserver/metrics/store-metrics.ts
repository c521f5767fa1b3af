import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { GaugeFamily, Histogram, HistogramFamily, Metrics } from '../../base/index.ts';

const requestDuration: HistogramFamily = {
  type: 'histogram',
  name: 'etcd_request_duration_seconds',
  help: 'Etcd request latency in seconds for each operation and object type.',
  labels: ['operation', 'group', 'resource'],
  buckets: [
    0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
  ],
  stability: 'ALPHA',
};
const resourceObjects: GaugeFamily = {
  type: 'gauge',
  name: 'apiserver_resource_objects',
  help: 'Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
  labels: ['group', 'resource'],
  stability: 'ALPHA',
};
const storageObjects: GaugeFamily = {
  type: 'gauge',
  name: 'apiserver_storage_objects',
  help: '[DEPRECATED, consider using apiserver_resource_objects instead] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
  labels: ['resource'],
  stability: 'STABLE',
};

export type StoreOperation = 'create' | 'update' | 'delete';

/** How many objects there are of one resource. */
export interface StoredCount {
  readonly group: string;
  readonly resource: string;
  readonly objects: number;
}

/** What is measured of the store, under the names that dashboards ask for: it stands where etcd stands elsewhere. */
export class StoreMetrics {
  readonly #metrics: Metrics;
  readonly #known = new WeakMap<ResourceDefinition, Map<StoreOperation, Histogram>>();

  /** `counts` is asked when the figures are read. */
  constructor(metrics: Metrics, counts: () => Iterable<StoredCount>) {
    this.#metrics = metrics;
    metrics.beforeReading(() => {
      metrics.clear(resourceObjects);
      metrics.clear(storageObjects);
      for (const { group, resource, objects } of counts()) {
        metrics.gauge(resourceObjects, group, resource).set(objects);
        metrics.gauge(storageObjects, group === '' ? resource : `${resource}.${group}`).set(objects);
      }
    });
  }

  /** One write of an object took so long. */
  wrote(operation: StoreOperation, definition: ResourceDefinition, seconds: number): void {
    let known = this.#known.get(definition);
    if (!known) this.#known.set(definition, (known = new Map()));
    let histogram = known.get(operation);
    if (!histogram) {
      const { group, resource } = definition;
      known.set(
        operation,
        (histogram = this.#metrics.histogram(requestDuration, operation, group, resource)),
      );
    }
    histogram.observe(seconds);
  }
}
