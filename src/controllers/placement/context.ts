import type { Informer } from '../../reconcile/index.ts';
import { parentKey } from '../kinds/fleet-names.ts';
import {
  type Binding,
  clusterFamily,
  clusterOverrides,
  namespacedOverrides,
  type OverrideSnapshot,
  type Placement,
  type PlacementFamily,
  type PolicySnapshot,
  type ResourceSnapshot,
  type StatusCopy,
  statusCopies as statusCopyKind,
} from '../kinds/placement.ts';
import type { ClusterContext } from '../shared/context.ts';
import { indexLatestSnapshots } from '../shared/override-matching.ts';

/** How long a changed selection waits before it becomes a new snapshot. */
export interface SnapshotDelays {
  /** For further changes, from when the first one was seen. */
  readonly collectMs: number;
  /** Between two snapshots of one placement. */
  readonly intervalMs: number;
}

/** Changes move at once. KubeFleet gathers them for 15 seconds, and waits 30 from one snapshot to the next. */
export const defaultSnapshotDelays: SnapshotDelays = { collectMs: 0, intervalMs: 0 };

/** What the controllers of one family of placements work with. */
export interface PlacementContext extends ClusterContext {
  readonly family: PlacementFamily;
  readonly placements: Informer<Placement>;
  readonly policySnapshots: Informer<PolicySnapshot>;
  readonly resourceSnapshots: Informer<ResourceSnapshot>;
  readonly bindings: Informer<Binding>;
  /** Of both scopes, whatever the family. */
  readonly overrides: {
    readonly cluster: Informer<OverrideSnapshot>;
    readonly namespaced: Informer<OverrideSnapshot>;
  };
  /** Copies of statuses in namespaces; placements in namespaces have none. */
  readonly statusCopies: Informer<StatusCopy> | undefined;
  readonly delays: SnapshotDelays;
}

/** Index of snapshots and bindings by the key of their placement. */
export const byParent = 'parent';
/** Index of Works by the key of their binding. */
export const byBinding = 'binding';

export function placementContext(
  context: ClusterContext,
  family: PlacementFamily,
  delays: SnapshotDelays,
): PlacementContext {
  const { informers } = context;
  const placements = informers.of(family.placements);
  const policySnapshots = informers.of(family.policySnapshots);
  const resourceSnapshots = informers.of(family.resourceSnapshots);
  const bindings = informers.of(family.bindings);
  for (const informer of [policySnapshots, resourceSnapshots, bindings]) {
    informer.addIndex(byParent, (object) => [parentKey(object) ?? '']);
  }
  const overrides = {
    cluster: informers.of(clusterOverrides.snapshots),
    namespaced: informers.of(namespacedOverrides.snapshots),
  };
  for (const informer of [overrides.cluster, overrides.namespaced]) indexLatestSnapshots(informer);
  const statusCopies = family === clusterFamily ? informers.of(statusCopyKind) : undefined;
  return {
    ...context,
    statusCopies,
    family,
    placements,
    policySnapshots,
    resourceSnapshots,
    bindings,
    overrides,
    delays,
  };
}
