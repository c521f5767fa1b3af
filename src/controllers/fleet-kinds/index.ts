import type { KubeObject } from '../../apimachinery/client.ts';
import { clusterProfile } from './cluster-profile.ts';
import { customResource, type FleetKind } from './definition.ts';
import { internalMemberCluster, memberCluster } from './membership.ts';
import { overrideKinds } from './overrides.ts';
import { placementKinds } from './placement.ts';
import { stagedUpdateKinds } from './staged.ts';

const allKinds: readonly FleetKind[] = [
  memberCluster,
  internalMemberCluster,
  ...placementKinds,
  ...overrideKinds,
  ...stagedUpdateKinds,
  clusterProfile,
];

const onMembers = new Set(['AppliedWork']);

let hub: readonly KubeObject[] | undefined;
let member: readonly KubeObject[] | undefined;

/** The CustomResourceDefinitions of a hub: 26 fleet kinds and ClusterProfile. Made once, frozen and shared. */
export function fleetCustomResources(): readonly KubeObject[] {
  hub ??= allKinds.filter(({ kind }) => !onMembers.has(kind)).map(customResource);
  return hub;
}

/** The CustomResourceDefinitions of a member cluster. */
export function memberCustomResources(): readonly KubeObject[] {
  member ??= allKinds.filter(({ kind }) => onMembers.has(kind)).map(customResource);
  return member;
}
