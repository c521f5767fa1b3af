import type { ArmRoute, ResourceType } from '../../arm/index.ts';
import { absentRoutes } from './absent/routes.ts';
import { deploymentRoutes } from './deployments/routes.ts';
import { checkResourceName } from './reserved-names.ts';
import { resourceGroups } from './resource-groups/type.ts';

export { resourceGroupType, runResourceGroups } from './resource-groups/loop.ts';
export { resourceGroups } from './resource-groups/type.ts';

/** Types of Microsoft.Resources that are more than a route. */
export const resourcesTypes: readonly ResourceType[] = [resourceGroups];

/** Routes of Microsoft.Resources and of neighbours that say honestly what is not built. */
export const resourcesRoutes: readonly ArmRoute[] = [...deploymentRoutes, checkResourceName, ...absentRoutes];
