export {
  type ClusterClient,
  ClusterError,
  type ClusterWatch,
  type DeleteOptions,
  type KubeList,
  type KubeObject,
  type ListOptions,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  type Patch,
  type RawResponse,
  type ResourceRef,
  type WatchEvent,
  type WatchHandler,
  type WatchOptions,
  type WriteOptions,
} from '../apimachinery/client.ts';
export { CodedError, type ErrorCode } from '../base/index.ts';
export type { ForkOptions, RunningApiServer, StartOptions } from './contract.ts';
export { startApiServer } from './start.ts';
