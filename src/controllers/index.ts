export { startHubControllers, startMemberAgent } from './fleet.ts';
export { fleetCustomResources, memberCustomResources } from './fleet-kinds/index.ts';
export type { RunningControllers } from './shared/context.ts';
