import { ignoringMissing, objectKey, refOf } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import type { MemberCluster } from '../kinds/fleet.ts';
import { isInForce, numberIn, resourceHashAnnotation, resourceIndexLabel } from '../kinds/fleet-names.ts';
import type { Binding, Placement, ResourceSnapshot } from '../kinds/placement.ts';
import { byParent, type PlacementContext } from '../placement/context.ts';
import { groupOf } from '../placement/snapshots.ts';
import { inBatches } from '../shared/batches.ts';
import { applyStrategyOf, type BindingOrder, bind, isOrdered, sayStarted } from '../shared/bind.ts';
import { matchOverrides, overrideCandidates, overridesIn } from '../shared/override-matching.ts';
import { planRollout } from './plan.ts';

/** How long a cluster's new binding waits for its old one to be gone. */
const waitForOldBindingMs = 5000;

export interface RolloutContext extends PlacementContext {
  readonly members: Informer<MemberCluster>;
}

/** One pass over a placement: which clusters may move to the latest resources now. */
export async function reconcileRollout(
  key: string,
  context: RolloutContext,
): Promise<Reconciled | undefined> {
  const placement = context.placements.get(key);
  if (!placement || placement.metadata.deletionTimestamp) return undefined;
  if (placement.spec.strategy?.type === 'External') return undefined;
  const bindings = [...context.bindings.byIndex(byParent, key)].sort((a, b) =>
    (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1,
  );
  // A changed way of applying comes first; its own update brings this controller back.
  if (await alignApplyStrategy(placement, bindings, context)) return undefined;
  if (hasTwoOfOneCluster(bindings)) return { againAfterMs: waitForOldBindingMs };
  const latest = latestMaster(key, context);
  if (!latest) return undefined;
  return move(placement, { bindings, latest, context });
}

function latestMaster(key: string, context: PlacementContext): ResourceSnapshot | undefined {
  return context.resourceSnapshots
    .byIndex(byParent, key)
    .find(
      (snapshot) =>
        isInForce(snapshot) && snapshot.metadata.annotations?.[resourceHashAnnotation] !== undefined,
    );
}

async function alignApplyStrategy(
  placement: Placement,
  bindings: readonly Binding[],
  context: PlacementContext,
): Promise<boolean> {
  const applyStrategy = applyStrategyOf(placement);
  const others = bindings.filter(
    ({ metadata, spec }) => !metadata.deletionTimestamp && !jsonEqual(spec.applyStrategy, applyStrategy),
  );
  await inBatches(others, async (binding) => {
    const spec = { ...binding.spec, applyStrategy };
    context.bindings.observe(await context.client.update(context.family.bindings, { ...binding, spec }));
  });
  return others.length > 0;
}

function hasTwoOfOneCluster(bindings: readonly Binding[]): boolean {
  const leaving = new Set(
    bindings.filter(({ metadata }) => metadata.deletionTimestamp).map(({ spec }) => spec.targetCluster),
  );
  return bindings.some(
    ({ metadata, spec }) =>
      !metadata.deletionTimestamp && spec.state === 'Scheduled' && leaving.has(spec.targetCluster),
  );
}

interface Moving {
  readonly bindings: readonly Binding[];
  readonly latest: ResourceSnapshot;
  readonly context: RolloutContext;
}

async function move(
  placement: Placement,
  { bindings, latest, context }: Moving,
): Promise<Reconciled | undefined> {
  const orderOf = ordering(placement, latest, context);
  const isCurrent = (binding: Binding) => isOrdered(binding, orderOf(binding));
  const plan = planRollout(placement, bindings, {
    isCurrent,
    isMember: (cluster) => context.members.get(cluster) !== undefined,
    nowMs: context.clock.now(),
  });
  await inBatches(plan.remove, (binding) =>
    ignoringMissing(context.client.delete(context.family.bindings, refOf(binding))),
  );
  await inBatches(plan.update, (binding) => bind(binding, { order: orderOf(binding) }, context));
  await inBatches(plan.wait, (binding) => sayStarted(binding, { status: 'False' }, context));
  await inBatches(plan.upToDate, (binding) => sayStarted(binding, { status: 'True' }, context));
  return plan.againAfterMs === undefined ? undefined : { againAfterMs: plan.againAfterMs };
}

/** What each cluster is to get: the latest resources, and the overrides of them that are about this cluster. */
function ordering(
  placement: Placement,
  latest: ResourceSnapshot,
  context: RolloutContext,
): (binding: Binding) => BindingOrder {
  const { name = '', namespace } = placement.metadata;
  const index = numberIn(latest.metadata.labels?.[resourceIndexLabel]) ?? 0;
  const group = groupOf(context.resourceSnapshots.byIndex(byParent, objectKey(placement)), index);
  const selected = group.flatMap(({ spec }) => spec.selectedResources);
  const candidates = overrideCandidates({ placement: { name, namespace }, selected }, context.overrides);
  const applyStrategy = applyStrategyOf(placement);
  const resourceSnapshotName = latest.metadata.name ?? '';
  return (binding) => {
    const member = context.members.get(binding.spec.targetCluster);
    // Of a cluster that is gone nothing is asked any more.
    const overrides = member ? matchOverrides(candidates, member) : overridesIn(binding);
    return { resourceSnapshotName, applyStrategy, ...overrides };
  };
}
