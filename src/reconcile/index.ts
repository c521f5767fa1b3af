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
export {
  asKind,
  defineKind,
  ignoringMissing,
  isAlreadyExists,
  isConflict,
  isGone,
  isNotFound,
  type Kind,
  objectKey,
  refOf,
  refOfKey,
  type TypedClient,
  type TypedList,
  typedClient,
} from '../apimachinery/kinds.ts';
export { type HttpClusterClient, httpClusterClient } from './http-client.ts';
export { type HttpTransportOptions, httpClientLimits } from './http-transport.ts';
export {
  Informer,
  type InformerHandler,
  type InformerOptions,
  InformerSet,
  informerLimits,
} from './informer.ts';
export {
  defaultLeaderTimes,
  type LeaderOptions,
  type LeaderTimes,
  type Lease,
  type LeaseSpec,
  leases,
  runForLeader,
} from './leader.ts';
export {
  type ChangeType,
  type Controller,
  type ControllerOptions,
  type KeySource,
  type Reconciled,
  runController,
  watchKeys,
} from './loop.ts';
export { defaultWorkQueueLimits, WorkQueue, type WorkQueueLimits } from './work-queue.ts';
