import type { JsonObject } from '../base/index.ts';

/** What machines look up of their cluster, by the resource's name; of nodes the namespace is ''. */
export interface ClusterObjects {
  find(resource: ClusterResource, namespace: string, name: string): Promise<JsonObject | undefined>;
  list(resource: ClusterResource, namespace: string): Promise<readonly JsonObject[]>;
}

export type ClusterResource = 'configmaps' | 'secrets' | 'services' | 'endpointslices' | 'pods' | 'nodes';

/** A pod, and the cluster that it is in. */
export interface PodPlace {
  readonly pod: JsonObject;
  readonly cluster: ClusterObjects;
}
