import { findCondition } from '../../apimachinery/conditions.ts';
import { isAlreadyExists, type TypedClient } from '../../apimachinery/kinds.ts';
import { CodedError } from '../../base/index.ts';
import { clusterFamily, type Placement } from '../kinds/placement.ts';
import { clusterUpdateRuns } from '../kinds/staged.ts';
import type { WantedNamespace } from './objects.ts';

/** Characters of a change in the name of its run. */
const changeCharacters = 8;

/**
 * Begins the staged update run that brings a change to members, for a placement that names an update strategy. It is made once for
 * each change, and people may stop it and go on with it as with runs of their own. Throws CodedError `unavailable` while the change has
 * not been scheduled: a run that finds no cluster fails for good.
 */
export async function rollOut(
  { name, placement, change }: WantedNamespace,
  client: TypedClient,
): Promise<void> {
  const stagedRolloutStrategyName = placement?.updateStrategy;
  if (stagedRolloutStrategyName === undefined || change === undefined) return;
  const placed = await client.find(clusterFamily.placements, { name });
  if (!placed || !isScheduled(placed)) {
    throw new CodedError('unavailable', `the placement '${name}' has not been scheduled yet`);
  }
  const run = {
    ...{ apiVersion: clusterUpdateRuns.runs.apiVersion, kind: clusterUpdateRuns.runs.kind },
    metadata: {
      name: `${name}-${change.slice(0, changeCharacters)}`,
      ownerReferences: [
        { apiVersion: placed.apiVersion, kind: placed.kind, name, uid: placed.metadata.uid ?? '' },
      ],
    },
    spec: { placementName: name, stagedRolloutStrategyName, state: 'Run' as const },
  };
  try {
    await client.create(clusterUpdateRuns.runs, run);
  } catch (thrown) {
    if (!isAlreadyExists(thrown)) throw thrown;
  }
}

function isScheduled({ metadata, status }: Placement): boolean {
  const scheduled = findCondition(status?.conditions, 'ClusterResourcePlacementScheduled');
  return scheduled?.status === 'True' && scheduled.observedGeneration === metadata.generation;
}
