import { findCondition, isCurrent as isSaidOf } from '../../apimachinery/conditions.ts';
import { countOf } from '../../apimachinery/int-or-percent.ts';
import type { Binding, Placement } from '../kinds/placement.ts';
import { hasFailed } from '../shared/bind.ts';

const defaults = { maxUnavailable: '25%', maxSurge: '25%', unavailablePeriodSeconds: 60 } as const;

/** What is to happen to the bindings of a placement in one pass. */
export interface RolloutPlan {
  /** Move to the latest resources now. */
  readonly update: readonly Binding[];
  /** Given up by the scheduler, and now free to go. */
  readonly remove: readonly Binding[];
  /** Would move, but must wait. */
  readonly wait: readonly Binding[];
  /** Have the latest resources already. */
  readonly upToDate: readonly Binding[];
  /** When waiting alone may change the plan. */
  readonly againAfterMs: number | undefined;
}

interface Surroundings {
  readonly isCurrent: (binding: Binding) => boolean;
  /** Whether a cluster is in the fleet; by default all are. */
  readonly isMember?: (cluster: string) => boolean;
  readonly nowMs: number;
}

/**
 * Plans a rolling update to what `isCurrent` says of a binding, its resources and their overrides: never more clusters unavailable,
 * never more in all than the strategy allows.
 */
export function planRollout(
  placement: Placement,
  bindings: readonly Binding[],
  { isCurrent, isMember = () => true, nowMs }: Surroundings,
): RolloutPlan {
  const settings = { ...defaults, ...placement.spec.strategy?.rollingUpdate };
  const total = targetCount(placement, bindings);
  const maxUnavailable = countOf(settings.maxUnavailable, total, 'up');
  const maxSurge = countOf(settings.maxSurge, total, 'up');
  const waits = new Map(bindings.map((b) => [b, readyInMs(b, settings.unavailablePeriodSeconds, nowMs)]));
  const isReady = (binding: Binding) => waits.get(binding) === 0;

  const placed = bindings.filter(({ spec }) => spec.state !== 'Scheduled');
  const living = bindings.filter(({ metadata }) => !metadata.deletionTimestamp);
  const ready = placed.filter(isReady);
  const canBeReady = placed.filter((b) => !hasFailed(b) && !isCurrentlyDiffed(b));
  const canBeUnavailable = placed.filter((b) => b.metadata.deletionTimestamp && isReady(b));

  const givenUp = living.filter(({ spec }) => spec.state === 'Unscheduled');
  // Nothing becomes unavailable by the end of what was on a cluster that has left.
  const [gone, removable] = partition(givenUp, ({ spec }) => !isMember(spec.targetCluster));
  const bound = living.filter(({ spec }) => spec.state === 'Bound');
  const outdated = bound.filter((b) => !isCurrent(b));
  const upToDate = bound.filter(isCurrent);
  const failedUpdates = outdated.filter(hasFailed);
  const updates = outdated.filter((b) => !hasFailed(b));
  const additions = living.filter(({ spec }) => spec.state === 'Scheduled');

  const removeBudget = Math.max(0, ready.length - canBeUnavailable.length - (total - maxUnavailable));
  const addBudget = Math.max(0, total + maxSurge - canBeReady.length);
  const remove = removable.slice(0, removeBudget);
  const chosenUpdates = updates.slice(0, removeBudget - remove.length);
  const chosenAdditions = additions.slice(0, addBudget);
  const wait = [...updates.slice(chosenUpdates.length), ...additions.slice(chosenAdditions.length)];
  const isBlocked = wait.length > 0 || remove.length < removable.length;
  return {
    // What failed anyway costs no budget to replace.
    update: [...failedUpdates, ...chosenUpdates, ...chosenAdditions],
    remove: [...gone, ...remove],
    wait,
    upToDate,
    againAfterMs: isBlocked ? nextLook(waits.values(), settings.unavailablePeriodSeconds) : undefined,
  };
}

function partition<T>(all: readonly T[], test: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}

function targetCount(placement: Placement, bindings: readonly Binding[]): number {
  const { placementType, numberOfClusters = 0, clusterNames = [] } = placement.spec.policy ?? {};
  if (placementType === 'PickN') return numberOfClusters;
  if (placementType === 'PickFixed') return clusterNames.length;
  return bindings.filter(({ spec }) => spec.state !== 'Unscheduled').length;
}

const untrackable = new Set(['NotAllWorkAreAvailabilityTrackable', 'WorkNotTrackable']);

/** 0 when the cluster counts as ready, how long it still takes, or undefined when nobody knows. */
function readyInMs(binding: Binding, unavailablePeriodSeconds: number, nowMs: number): number | undefined {
  if (isCurrentlyDiffed(binding)) return 0;
  const available = findCondition(binding.status?.conditions, 'Available');
  if (!isSaidOf(available, binding.metadata.generation, 'True')) return undefined;
  if (!available || !untrackable.has(available.reason)) return 0;
  // What cannot be watched counts as available after a while.
  const sinceMs = Date.parse(available.lastTransitionTime);
  return Math.max(0, sinceMs + unavailablePeriodSeconds * 1000 - nowMs);
}

function isCurrentlyDiffed(binding: Binding): boolean {
  const said = findCondition(binding.status?.conditions, 'DiffReported');
  return isSaidOf(said, binding.metadata.generation, 'True');
}

function nextLook(waits: Iterable<number | undefined>, unavailablePeriodSeconds: number): number {
  const open = [...waits].filter((wait) => wait !== undefined && wait > 0).map((wait) => wait ?? 0);
  return Math.max(1, Math.min(unavailablePeriodSeconds * 1000, ...open));
}
