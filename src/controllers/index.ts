export {
  type ClusterControllers,
  type ClusterControllersOptions,
  startClusterControllers,
} from './cluster.ts';
export { startHubControllers, startMemberAgent } from './fleet.ts';
export { fleetCustomResources, memberCustomResources } from './fleet-kinds/index.ts';
export { isComponentName, isReserved } from './hub-admission/reserved.ts';
export { hubAdmission } from './hub-admission/webhooks.ts';
export type { NodePool } from './kubelet/node-pools.ts';
export * as managedNamespace from './managed-namespace/index.ts';
export { defaultSnapshotDelays, type SnapshotDelays } from './placement/context.ts';
export { schedulingNotBuilt } from './scheduler/not-built.ts';
export type { RunningControllers } from './shared/context.ts';
