import type { ArmRoute, ResourceType } from '../../arm/index.ts';
import { localInstances } from '../azure-stack-hci/instances/type.ts';
import { logicalNetworks } from '../azure-stack-hci/logical-networks/type.ts';
import { enabledResourceTypes } from '../extended-location/custom-locations/enabled-resource-types.ts';
import { customLocations } from '../extended-location/custom-locations/type.ts';
import { findTargetResourceGroup } from '../extended-location/resource-sync-rules/find-target.ts';
import { resourceSyncRules } from '../extended-location/resource-sync-rules/type.ts';
import { runArcAgentPools } from '../hybrid-container-service/agent-pools/loop.ts';
import { agentPools } from '../hybrid-container-service/agent-pools/type.ts';
import { catalogRoutes } from '../hybrid-container-service/catalog/routes.ts';
import { catalogTypes } from '../hybrid-container-service/catalog/types.ts';
import { upgradeProfileRoutes } from '../hybrid-container-service/catalog/upgrade-profile.ts';
import { hybridIdentityMetadata } from '../hybrid-container-service/hybrid-identity-metadata/type.ts';
import { runProvisionedClusterInstances } from '../hybrid-container-service/provisioned-cluster-instances/loop.ts';
import { provisionedClusterInstances } from '../hybrid-container-service/provisioned-cluster-instances/type.ts';
import { hybridVirtualNetworks } from '../hybrid-container-service/virtual-networks/type.ts';
import type { LoopParts, RecordLoop } from '../loop.ts';
import { appliances } from '../resource-connector/type.ts';
import { runConnectedClusters } from './connected-clusters/loop.ts';
import { connectedClusters } from './connected-clusters/type.ts';
import type { ArcSettings } from './settings.ts';

export { canonicalPath } from '../hybrid-container-service/alias.ts';
export type { ArcSettings, RelayCredential } from './settings.ts';

/** Types around AKS Arc: connected clusters, their instances, and what they stand on. */
export function arcTypes(settings: ArcSettings): ResourceType[] {
  return [
    connectedClusters(settings),
    provisionedClusterInstances(settings),
    agentPools,
    hybridIdentityMetadata,
    ...catalogTypes,
    hybridVirtualNetworks,
    customLocations(settings),
    resourceSyncRules,
    logicalNetworks,
    localInstances(settings),
    appliances(settings),
  ];
}

export const arcRoutes: readonly ArmRoute[] = [
  ...catalogRoutes,
  ...upgradeProfileRoutes,
  enabledResourceTypes,
  findTargetResourceGroup,
];

export function arcLoops(parts: LoopParts, settings: ArcSettings): RecordLoop[] {
  return [
    runConnectedClusters(parts, settings),
    runProvisionedClusterInstances(parts, settings),
    runArcAgentPools(parts),
  ];
}
