import type { ArmRoute, ResourceType } from '../../arm/index.ts';
import type { LoopParts, RecordLoop } from '../loop.ts';
import { runAgentPools } from './agent-pools/loop.ts';
import { machineRoutes } from './agent-pools/machines.ts';
import { agentPools } from './agent-pools/type.ts';
import { runAutoUpgradeProfiles } from './auto-upgrade-profiles/loop.ts';
import { autoUpgradeProfiles } from './auto-upgrade-profiles/type.ts';
import { clusterFactRoutes } from './catalog/cluster-facts.ts';
import { catalogRoutes } from './catalog/routes.ts';
import { clusterMeshProfiles } from './cluster-mesh-profiles/type.ts';
import { runFleetMembers } from './fleet-members/loop.ts';
import { fleetMembers } from './fleet-members/type.ts';
import { runFleets } from './fleets/loop.ts';
import { fleets } from './fleets/type.ts';
import { gates } from './gates/type.ts';
import { maintenanceConfigurations } from './maintenance-configurations/type.ts';
import { accessProfileRoutes } from './managed-clusters/access-profiles.ts';
import { runManagedClusters } from './managed-clusters/loop.ts';
import { managedClusters } from './managed-clusters/type.ts';
import { runManagedNamespaces } from './managed-namespaces/loop.ts';
import { managedNamespaces } from './managed-namespaces/type.ts';
import type { ContainerServiceSettings } from './settings.ts';
import { snapshots } from './snapshots/type.ts';
import { runUpdateRuns } from './update-runs/loop.ts';
import { updateRuns } from './update-runs/type.ts';
import { updateStrategies } from './update-strategies/type.ts';

export { aksCatalog } from './releases/catalog.ts';
export { release } from './releases/release.ts';
export type { ContainerServiceSettings } from './settings.ts';

/** Types of Microsoft.ContainerService. */
export function containerServiceTypes(settings: ContainerServiceSettings): ResourceType[] {
  return [
    fleets(settings),
    fleetMembers,
    managedNamespaces,
    clusterMeshProfiles,
    managedClusters(settings),
    agentPools,
    maintenanceConfigurations,
    snapshots,
    updateStrategies,
    updateRuns,
    autoUpgradeProfiles,
    gates,
  ];
}

/** Routes of Microsoft.ContainerService that are no resource verbs. */
export function containerServiceRoutes(settings: ContainerServiceSettings): readonly ArmRoute[] {
  return [
    ...catalogRoutes,
    ...clusterFactRoutes,
    ...machineRoutes(settings),
    ...accessProfileRoutes(settings),
  ];
}

/** Loops of Microsoft.ContainerService. */
export function containerServiceLoops(parts: LoopParts, settings: ContainerServiceSettings): RecordLoop[] {
  return [
    runManagedClusters(parts, settings),
    runAgentPools(parts),
    runFleets(parts, settings),
    runFleetMembers(parts, settings),
    runManagedNamespaces(parts, settings),
    runUpdateRuns(parts),
    runAutoUpgradeProfiles(parts),
  ];
}
