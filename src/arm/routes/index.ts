import type { ArmRoute, ResourceManagerOptions } from '../contract.ts';
import type { Services } from '../services.ts';
import { actionResultRoutes } from './action-results.ts';
import { activityLogRoutes } from './activity-log.ts';
import { metadataRoutes } from './metadata.ts';
import { operationRoutes } from './operations.ts';
import { permissionRoutes } from './permissions.ts';
import { providerOperationRoutes } from './provider-operations.ts';
import { providerRoutes } from './providers.ts';
import { resourceRoutes } from './resources.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { tagNameRoutes } from './tag-names.ts';
import { tagRoutes } from './tags.ts';

/** The routes that Resource Manager itself answers. */
export function ownRoutes(services: Services, options: ResourceManagerOptions): ArmRoute[] {
  return [
    ...metadataRoutes(options),
    ...subscriptionRoutes(services, options),
    ...resourceRoutes(services),
    ...providerRoutes(services),
    ...providerOperationRoutes(services),
    ...tagRoutes(services),
    ...tagNameRoutes(services),
    ...permissionRoutes(services),
    ...operationRoutes(services),
    ...actionResultRoutes(services, options),
    ...activityLogRoutes(services),
  ];
}
