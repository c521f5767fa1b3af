import type { ArmRoute, ResourceManagerOptions } from '../contract.ts';
import type { Services } from '../services.ts';
import { operationRoutes } from './operations.ts';

/** The routes that Resource Manager itself answers. */
export function ownRoutes(services: Services, _options: ResourceManagerOptions): ArmRoute[] {
  return [...operationRoutes(services)];
}
