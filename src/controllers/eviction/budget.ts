import { findCondition, isCurrent } from '../../apimachinery/conditions.ts';
import { countOf } from '../../apimachinery/int-or-percent.ts';
import type { Binding, Placement, PlacementBudget } from '../kinds/placement.ts';

/** What a budget says of one more eviction. */
export interface BudgetAnswer {
  readonly isAllowed: boolean;
  readonly available: number;
  readonly total: number;
}

export interface Counted {
  readonly placement: Placement;
  readonly bindings: readonly Binding[];
  /** Clusters that the scheduler picked; one whose binding was just evicted has none for a moment. */
  readonly picked: number;
}

/** True for a budget that says nothing about a placement on all clusters, whose number nobody wished for. */
export function isMisconfigured({ spec }: PlacementBudget, placement: Placement): boolean {
  if (!isOnAll(placement)) return false;
  return spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string';
}

/** Whether one more cluster may lose the placement. Shares are of the number that the placement wishes for. */
export function askBudget({ spec }: PlacementBudget, { placement, bindings, picked }: Counted): BudgetAnswer {
  const { maxUnavailable, minAvailable } = spec;
  const available = bindings.filter(isAvailable).length;
  const total = Math.max(bindings.length, picked);
  const desired = isOnAll(placement) ? 0 : (placement.spec.policy?.numberOfClusters ?? 0);
  let disruptions = 0;
  if (maxUnavailable !== undefined) {
    disruptions = countOf(maxUnavailable, desired, 'up') - (total - available);
  } else if (minAvailable !== undefined) disruptions = available - countOf(minAvailable, desired, 'up');
  return { isAllowed: disruptions > 0, available, total };
}

function isOnAll({ spec }: Placement): boolean {
  return (spec.policy?.placementType ?? 'PickAll') === 'PickAll';
}

/** What is on its way off a cluster is not available, whatever was said of it last. */
function isAvailable({ metadata, status }: Binding): boolean {
  const said = findCondition(status?.conditions, 'Available');
  return !metadata.deletionTimestamp && isCurrent(said, metadata.generation, 'True');
}
