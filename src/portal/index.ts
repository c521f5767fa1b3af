export { type NamedCluster, withClusterPaths } from './cluster-path.ts';
export { createPortalHandler } from './handler.ts';
