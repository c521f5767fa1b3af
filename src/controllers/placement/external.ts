import { findCondition, type NewCondition } from '../../apimachinery/conditions.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { numberIn, resourceIndexLabel } from '../kinds/fleet-names.ts';
import type { Binding, PerClusterStatus, Placement, PlacementStatus } from '../kinds/placement.ts';
import { byParent, type PlacementContext } from './context.ts';
import { identify } from './identify.ts';
import { groupOf } from './snapshots.ts';

/** What can be said of a placement that others roll out. */
interface ExternalRollout {
  /** The resources on its clusters, where all have the same. */
  readonly resources: Pick<PlacementStatus, 'observedResourceIndex' | 'selectedResources'>;
  /** Why nothing is said of the steps after the scheduling. */
  readonly open: NewCondition | undefined;
}

export function isExternal({ spec }: Placement): boolean {
  return spec.strategy?.type === 'External';
}

/** The index of the resources that a binding names, where they are still known. */
export function boundIndex(
  { metadata: { namespace }, spec }: Binding,
  { resourceSnapshots }: PlacementContext,
): string | undefined {
  const name = spec.resourceSnapshotName;
  const snapshot = resourceSnapshots.get(namespace ? `${namespace}/${name}` : name);
  return snapshot?.metadata.labels?.[resourceIndexLabel];
}

/** Which resources others have brought to the selected clusters of a placement, as far as they agree. */
export function externalRollout(
  placement: Placement,
  clusters: readonly PerClusterStatus[],
  context: PlacementContext,
): ExternalRollout {
  const indexes = new Set(clusters.map(({ observedResourceIndex = '' }) => observedResourceIndex));
  const [index = ''] = indexes;
  if (indexes.size > 1) {
    return {
      resources: {},
      open: unknown(placement, 'different resource snapshot versions are observed across clusters'),
    };
  }
  if (index === '') {
    const runs = placement.metadata.namespace ? 'StagedUpdateRun' : 'ClusterStagedUpdateRun';
    const why = `no resource snapshot name is observed across clusters. To determine rollout status, check the ${runs} resources with spec.placementName matching this placement`;
    return { resources: {}, open: unknown(placement, why) };
  }
  const all = context.resourceSnapshots.byIndex(byParent, objectKey(placement));
  const group = groupOf(all, numberIn(index) ?? -1);
  const selectedResources = group.flatMap(({ spec }) => spec.selectedResources.map(identify));
  const undecided = clusters.find(({ conditions }) => {
    const status = findCondition(conditions, 'RolloutStarted')?.status;
    return status !== 'True' && status !== 'False';
  });
  return {
    resources: { selectedResources, observedResourceIndex: index },
    open: undecided
      ? unknown(placement, `cluster ${undecided.clusterName ?? ''} is in RolloutStarted Unknown state`)
      : undefined,
  };
}

function unknown({ metadata: { generation = 0 } }: Placement, why: string): NewCondition {
  return {
    type: 'RolloutStarted',
    status: 'Unknown',
    reason: 'RolloutControlledByExternalController',
    message: `Rollout is controlled by an external controller and ${why}`,
    observedGeneration: generation,
  };
}
