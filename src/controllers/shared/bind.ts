import { findCondition, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { ApplyStrategy, Binding, Placement } from '../kinds/placement.ts';
import type { ClusterContext } from './context.ts';
import { type MatchedOverrides, overridesIn } from './override-matching.ts';
import { commitStatus } from './status.ts';

/** What a cluster is to get, and how. */
export type BindingOrder = Pick<Binding['spec'], 'resourceSnapshotName' | 'applyStrategy'> & MatchedOverrides;

const defaultApplyStrategy: ApplyStrategy = {
  type: 'ClientSideApply',
  comparisonOption: 'PartialComparison',
  whenToApply: 'Always',
  whenToTakeOver: 'Always',
};

/** How the resources of a placement are applied, defaults filled in. */
export function applyStrategyOf({ spec }: Placement): ApplyStrategy {
  return { ...defaultApplyStrategy, ...spec.strategy?.applyStrategy };
}

/** True when a binding names what is ordered, whether or not it is bound yet. */
export function isOrdered(binding: Binding, order: BindingOrder): boolean {
  const { resourceSnapshotName, applyStrategy = {} } = binding.spec;
  const named = { resourceSnapshotName, ...overridesIn(binding), applyStrategy };
  return jsonEqual(named, { ...order, applyStrategy: order.applyStrategy ?? {} });
}

/** Where bindings of one family are written. */
interface BindingPlace extends Pick<ClusterContext, 'client' | 'clock'> {
  readonly bindings: Informer<Binding>;
}

/** Who starts a rollout may say so after the usual message. */
interface Started {
  readonly status: 'True' | 'False';
  readonly startedBy?: string;
}

/**
 * Binds a cluster to what it is to get, and says afterwards that its rollout has started: what makes the Works waits for
 * that word. A binding that stands as ordered is written only as far as something is missing, so that a pass that was
 * cut off in between is completed by the next one. Throws what the writes throw, Conflict among it.
 */
export async function bind(
  binding: Binding,
  { order, startedBy }: { readonly order: BindingOrder; readonly startedBy?: string },
  context: BindingPlace,
): Promise<void> {
  const spec = specOf(binding, order);
  const isBound = binding.spec.state === 'Bound' && isOrdered(binding, order);
  const bound = isBound ? binding : await context.client.update(context.bindings.kind, { ...binding, spec });
  context.bindings.observe(bound);
  await sayStarted(bound, { status: 'True', ...(startedBy === undefined ? {} : { startedBy }) }, context);
}

function specOf({ spec }: Binding, order: BindingOrder): Binding['spec'] {
  const { clusterResourceOverrideSnapshots: _cluster, resourceOverrideSnapshots: _own, ...rest } = spec;
  const { clusterResourceOverrideSnapshots: cluster, resourceOverrideSnapshots: own, ...ordered } = order;
  return {
    ...rest,
    ...ordered,
    ...(cluster.length > 0 && { clusterResourceOverrideSnapshots: cluster }),
    ...(own.length > 0 && { resourceOverrideSnapshots: own }),
    state: 'Bound',
  };
}

/** Says on a binding whether its rollout has started, unless that is said of its current generation already. */
export async function sayStarted(
  binding: Binding,
  { status, startedBy = '' }: Started,
  context: BindingPlace,
): Promise<void> {
  if (hasStarted(binding, status)) return;
  const { generation } = binding.metadata;
  const condition: NewCondition = {
    type: 'RolloutStarted',
    status,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(status === 'True'
      ? {
          reason: 'RolloutStarted',
          message: `Detected the new changes on the resources and started the rollout process${startedBy}`,
        }
      : {
          reason: 'RolloutNotStartedYet',
          message: 'The resources cannot be updated to the latest because of the rollout strategy',
        }),
  };
  const known = binding.status?.conditions ?? [];
  // Who starts a rollout by name starts it now, whenever the last one was.
  const others = startedBy ? known.filter(({ type }) => type !== 'RolloutStarted') : known;
  const conditions = withCondition(others, condition, context.clock.now());
  const place = { client: context.client, informer: context.bindings };
  await commitStatus(binding, { ...binding.status, conditions }, place);
}

/** True when a binding says of its current generation that its rollout has (or has not) started. */
export function hasStarted({ metadata, status: said }: Binding, status: 'True' | 'False'): boolean {
  const known = findCondition(said?.conditions, 'RolloutStarted');
  return known?.status === status && known.observedGeneration === metadata.generation;
}

const stillUnderWay = new Set([
  'OverriddenPending',
  'WorkNotSynchronizedYet',
  'ApplyPending',
  'ResourceNotAvailableYet',
]);

/** True when something on the way to the cluster failed, as far as anybody can tell. */
export function hasFailed({ metadata, status: said }: Binding): boolean {
  return ['Overridden', 'WorkSynchronized', 'Applied', 'Available'].some((type) => {
    const { status, observedGeneration, reason = '' } = findCondition(said?.conditions, type) ?? {};
    const isFalse = status === 'False' && observedGeneration === metadata.generation;
    return isFalse && !stillUnderWay.has(reason);
  });
}
