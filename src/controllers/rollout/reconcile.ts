import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import { latestLabel, resourceHashAnnotation } from '../kinds/fleet-names.ts';
import type { Binding, Placement, ResourceSnapshot } from '../kinds/placement.ts';
import { byParent, type PlacementContext } from '../placement/context.ts';
import { inBatches } from '../shared/batches.ts';
import { applyStrategyOf, bind, sayStarted } from '../shared/bind.ts';
import { planRollout } from './plan.ts';

/** How long a cluster's new binding waits for its old one to be gone. */
const waitForOldBindingMs = 5000;

/** One pass over a placement: which clusters may move to the latest resources now. */
export async function reconcileRollout(
  key: string,
  context: PlacementContext,
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
      ({ metadata }) =>
        metadata.labels?.[latestLabel] === 'true' &&
        metadata.annotations?.[resourceHashAnnotation] !== undefined &&
        !metadata.deletionTimestamp,
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
  readonly context: PlacementContext;
}

async function move(
  placement: Placement,
  { bindings, latest, context }: Moving,
): Promise<Reconciled | undefined> {
  const snapshot = latest.metadata.name ?? '';
  const plan = planRollout(placement, bindings, { snapshot, nowMs: context.clock.now() });
  await inBatches(plan.remove, (binding) =>
    ignoringMissing(context.client.delete(context.family.bindings, refOf(binding))),
  );
  const order = { resourceSnapshotName: snapshot, applyStrategy: applyStrategyOf(placement) };
  await inBatches(plan.update, (binding) => bind(binding, { order }, context));
  await inBatches(plan.wait, (binding) => sayStarted(binding, { status: 'False' }, context));
  await inBatches(plan.upToDate, (binding) => sayStarted(binding, { status: 'True' }, context));
  return plan.againAfterMs === undefined ? undefined : { againAfterMs: plan.againAfterMs };
}
