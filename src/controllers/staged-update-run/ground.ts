import { findCondition } from '../../apimachinery/conditions.ts';
import { clusterCountAnnotation, isInForce, numberIn, policyIndexLabel } from '../kinds/fleet-names.ts';
import type { Binding, Placement, PolicySnapshot } from '../kinds/placement.ts';
import type { UpdateRun } from '../kinds/staged.ts';
import { byParent } from '../placement/context.ts';
import { placementKey, shown, type UpdateRunContext } from './context.ts';
import { byUser, invalidRun, unexpected } from './refusal.ts';

/** The placement of a run. Throws when there is none that a run may take through its stages. */
export function placementOf(run: UpdateRun, context: UpdateRunContext): Placement {
  const placement = context.placements.get(placementKey(run));
  if (!placement || placement.metadata.deletionTimestamp) {
    throw invalidRun(byUser('parent placement not found'));
  }
  const { type = 'RollingUpdate' } = placement.spec.strategy ?? {};
  if (type === 'External') return placement;
  const cause = 'parent placement does not have an external rollout strategy, current strategy: ';
  throw invalidRun(byUser(`${cause}${type}`));
}

/** The clusters that a placement asks for. */
export interface Policy {
  readonly snapshot: PolicySnapshot;
  readonly index: string;
  /** Undefined: as many as there are. */
  readonly clusterCount: number | undefined;
}

/** The latest policy of a placement, or undefined while it is being made. */
export function policyOf(placement: Placement, key: string, context: UpdateRunContext): Policy | undefined {
  const latest = context.policySnapshots.byIndex(byParent, key).filter(isInForce);
  const [snapshot] = latest;
  if (!snapshot) {
    if (!isDecided(placement)) return undefined;
    throw invalidRun(`no latest policy snapshot found for placement ${shown(key)}`);
  }
  if (latest.length > 1) {
    const cause = `multiple active policy snapshots found for placement ${shown(key)}`;
    throw invalidRun(unexpected(`${cause}: got ${latest.length}, want 1`));
  }
  const name = shown(nameOf(snapshot));
  const index = snapshot.metadata.labels?.[policyIndexLabel];
  if (!index) {
    throw invalidRun(unexpected(`policy snapshot \`${name}\` does not have a policy index label`));
  }
  return { snapshot, index, clusterCount: clusterCountOf(snapshot, name) };
}

function clusterCountOf(snapshot: PolicySnapshot, name: string): number | undefined {
  const { placementType, clusterNames = [] } = snapshot.spec.policy ?? {};
  if (placementType === 'PickFixed') return clusterNames.length;
  if (placementType !== 'PickN') return undefined;
  const count = numberIn(snapshot.metadata.annotations?.[clusterCountAnnotation]);
  if (count !== undefined) return count;
  const cause = `the policy snapshot \`${name}\` doesn't have valid cluster count annotation`;
  throw invalidRun(unexpected(cause));
}

/** True once the clusters of a policy are picked; false while that is going on. Throws when they were not all found. */
export function isScheduled(placement: Placement, { snapshot, clusterCount }: Policy): boolean {
  // A list of clusters without any is never decided upon.
  const isNeverDecided = clusterCount === 0 && snapshot.spec.policy?.placementType === 'PickFixed';
  if (!isDecided(placement) && !isNeverDecided) return false;
  const said = findCondition(snapshot.status?.conditions, 'Scheduled');
  if (said?.status === 'True' && said.observedGeneration === snapshot.metadata.generation) return true;
  throw invalidRun(`policy snapshot \`${snapshot.metadata.name}\` not fully scheduled yet`);
}

/**
 * The placement as it is now went through its controller and the scheduler: what they say is not about an earlier one.
 * A run that is made together with its placement waits for that, and is not refused for being quick.
 */
function isDecided({ kind, metadata, status }: Placement): boolean {
  const said = findCondition(status?.conditions, `${kind}Scheduled`);
  return said?.observedGeneration === metadata.generation && said?.status !== 'Unknown';
}

/** The clusters of a placement by name. */
export interface Clusters {
  readonly selected: ReadonlyMap<string, Binding>;
  /** Given up by the scheduler: their bindings are deleted when all stages are done. */
  readonly leaving: ReadonlyMap<string, readonly Binding[]>;
}

/** The clusters of a placement, or undefined while the scheduler is still moving bindings to the latest policy. */
export function clustersOf(
  { snapshot }: Policy,
  key: string,
  context: UpdateRunContext,
): Clusters | undefined {
  const selected = new Map<string, Binding>();
  const leaving = new Map<string, Binding[]>();
  for (const binding of context.bindings.byIndex(byParent, key)) {
    const { spec, metadata } = binding;
    if (spec.state === 'Unscheduled') {
      leaving.set(spec.targetCluster, [...(leaving.get(spec.targetCluster) ?? []), binding]);
    } else if (spec.schedulingPolicySnapshotName === snapshot.metadata.name) {
      // While an evicted binding goes, the one that takes its place stands for the cluster.
      const other = selected.get(spec.targetCluster);
      if (!other || !metadata.deletionTimestamp) selected.set(spec.targetCluster, binding);
    } else if (!metadata.deletionTimestamp) return undefined;
  }
  return { selected, leaving };
}

/** Throws when there are no clusters, or not as many as the policy asks for. Returns how many there are. */
export function checkedCount({ selected, leaving }: Clusters, { snapshot, clusterCount }: Policy): number {
  if (selected.size === 0 && leaving.size === 0) {
    const name = shown(nameOf(snapshot));
    throw invalidRun(`no scheduled or to-be-deleted bindings found for the latest policy snapshot ${name}`);
  }
  if (clusterCount === undefined || clusterCount === selected.size) return selected.size;
  const cause = `the number of selected bindings ${selected.size} is not equal to the observed cluster count ${clusterCount}`;
  throw invalidRun(unexpected(cause));
}

function nameOf({ metadata: { namespace, name = '' } }: PolicySnapshot): string {
  return namespace ? `${namespace}/${name}` : name;
}
