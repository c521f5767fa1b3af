export type {
  AccessSpec,
  ClusterControllers,
  ClusterHandle,
  ClusterHost,
  ClusterSpec,
  ClusterUser,
  NetworkSpec,
  NodePoolSpec,
} from './contract.ts';
export type { Surroundings } from './embedded/cluster.ts';
export { clusterKeysRemoved } from './embedded/copied-keys.ts';
export { createEmbeddedClusters } from './embedded/host.ts';
