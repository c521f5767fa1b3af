export { type HttpClusterClient, httpClusterClient } from './http-client.ts';
export { type HttpTransportOptions, httpClientLimits } from './http-transport.ts';
export {
  Informer,
  type InformerHandler,
  type InformerOptions,
  InformerSet,
  informerLimits,
} from './informer.ts';
export { type Lease, type LeaseSpec, leases } from './lease.ts';
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
