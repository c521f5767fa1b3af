import type { ArmRoute, ResourceType } from '../../arm/index.ts';
import { absentRoutes } from './absent/routes.ts';
import { deploymentRoutes } from './deployments/routes.ts';
import type { DeploymentSettings } from './deployments/settings.ts';
import { deployments } from './deployments/type.ts';
import { checkResourceName } from './reserved-names.ts';
import { resourceGroups } from './resource-groups/type.ts';

export { runDeployments } from './deployments/loop.ts';
export type { DeploymentSettings } from './deployments/settings.ts';
export { resourceGroupType, runResourceGroups } from './resource-groups/loop.ts';
export { resourceGroups } from './resource-groups/type.ts';

/** Types of Microsoft.Resources that are more than a route. */
export function resourcesTypes(settings: DeploymentSettings): readonly ResourceType[] {
  return [resourceGroups, deployments(settings)];
}

/** Routes of Microsoft.Resources and of neighbours that say honestly what is not built. */
export function resourcesRoutes(settings: DeploymentSettings): readonly ArmRoute[] {
  return [...deploymentRoutes(settings), checkResourceName, ...absentRoutes];
}
