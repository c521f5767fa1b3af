import { findCondition } from '../../apimachinery/conditions.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { memberClusters } from '../kinds/fleet.ts';
import { isLatest, parentKey, parentOverrideLabel, resourceHashAnnotation } from '../kinds/fleet-names.ts';
import type { Binding, OverrideSnapshot } from '../kinds/placement.ts';
import type { PlacementContext } from '../placement/context.ts';
import { overridesIn } from '../shared/override-matching.ts';
import { reconcileRollout } from './reconcile.ts';

/** Decides when each cluster of a placement gets the latest resources. */
export function startRolloutController(context: PlacementContext): Controller {
  const { placements, resourceSnapshots, bindings, overrides } = context;
  const members = context.informers.of(memberClusters);
  return runController({
    ...context,
    name: `rollout/${context.family.placements.resource}`,
    watches: [
      watchKeys(resourceSnapshots, (snapshot, _previous, type) => {
        const isMaster = snapshot.metadata.annotations?.[resourceHashAnnotation] !== undefined;
        return type === 'added' && isMaster ? parentKey(snapshot) : undefined;
      }),
      watchKeys(bindings, (binding, previous) =>
        previous && isSameForRollout(binding, previous) ? undefined : parentKey(binding),
      ),
      watchKeys(placements, (placement, previous) => {
        const strategy = placement.spec.strategy;
        return previous && jsonEqual(strategy, previous.spec.strategy) ? undefined : objectKey(placement);
      }),
      watchKeys(overrides.cluster, (snapshot, previous) => placementsOf(snapshot, previous, context)),
      watchKeys(overrides.namespaced, (snapshot, previous) => placementsOf(snapshot, previous, context)),
      // A member that has left frees what stood for it; otherwise members are read, and no reason for a rollout.
      watchKeys(members, ({ metadata }, _previous, type) =>
        type === 'deleted'
          ? [...bindings.list()]
              .filter(({ spec }) => spec.targetCluster === metadata.name)
              .flatMap((binding) => parentKey(binding) ?? [])
          : undefined,
      ),
    ],
    concurrency: 10,
    settleMs: 5,
    reconcile: (key) => reconcileRollout(key, { ...context, members }),
  });
}

/**
 * The placement that an override is for, when a snapshot of it became the latest one or that one went. Overrides that
 * are for every placement wait until something else starts a rollout, unless nothing can go wrong any more: of clusters
 * that failed because of them.
 */
function placementsOf(
  snapshot: OverrideSnapshot,
  previous: OverrideSnapshot | undefined,
  { family, bindings }: PlacementContext,
): string | readonly string[] | undefined {
  const { metadata, spec } = snapshot;
  if (!isLatest(snapshot) || (previous && isLatest(previous))) return undefined;
  const { placement } = spec.overrideSpec;
  if (!placement) {
    const failed = [...bindings.list()].filter((binding) => hasFailedBy(binding, snapshot));
    return failed.flatMap((binding) => parentKey(binding) ?? []);
  }
  const isNamespaced = placement.scope === 'Namespaced';
  if (isNamespaced !== family.placements.namespaced) return undefined;
  return isNamespaced ? `${metadata.namespace}/${placement.name}` : placement.name;
}

/** Overriding failed, and a snapshot of the same override was among those that were to be applied. */
function hasFailedBy(binding: Binding, { metadata }: OverrideSnapshot): boolean {
  if (findCondition(binding.status?.conditions, 'Overridden')?.status !== 'False') return false;
  const override = metadata.labels?.[parentOverrideLabel];
  const { clusterResourceOverrideSnapshots: cluster, resourceOverrideSnapshots: own } = overridesIn(binding);
  const named: { name: string; namespace?: string }[] = [...cluster.map((name) => ({ name })), ...own];
  return named.some(
    ({ name, namespace }) =>
      namespace === metadata.namespace && name.slice(0, name.lastIndexOf('-')) === override,
  );
}

function isSameForRollout(binding: Binding, previous: Binding): boolean {
  const said = ({ status }: Binding) =>
    ['Applied', 'Available', 'DiffReported'].map((type) => findCondition(status?.conditions, type));
  return (
    binding.metadata.generation === previous.metadata.generation && jsonEqual(said(binding), said(previous))
  );
}
