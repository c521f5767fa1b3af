import { findCondition } from '../../apimachinery/conditions.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { memberClusters, memberNamespace } from '../kinds/fleet.ts';
import { bindingKey, parentNamespaceLabel, workFinalizer } from '../kinds/fleet-names.ts';
import { type Binding, type Work, works } from '../kinds/placement.ts';
import { byBinding, byParent, type PlacementContext } from '../placement/context.ts';
import { hasLost } from '../shared/finalizers.ts';
import { reconcileBinding } from './reconcile.ts';

const byCluster = 'cluster';

/** Turns bindings into Works in the namespaces of their members, and Works' status into theirs. */
export function startWorkGenerator(context: PlacementContext): Controller {
  const { bindings } = context;
  const members = context.informers.of(memberClusters);
  bindings.addIndex(byCluster, ({ spec }) => [spec.targetCluster]);
  const workInformer = context.informers.of(works);
  workInformer.addIndex(byBinding, (work) => [bindingKey(work) ?? '']);
  const isMine = (work: Work) =>
    (work.metadata.labels?.[parentNamespaceLabel] !== undefined) === context.family.bindings.namespaced;
  return runController({
    ...context,
    name: `work-generator/${context.family.bindings.resource}`,
    watches: [
      watchKeys(bindings, (binding, previous) => {
        const { generation, deletionTimestamp } = binding.metadata;
        const started = findCondition(binding.status?.conditions, 'RolloutStarted');
        const isSame =
          previous &&
          generation === previous.metadata.generation &&
          deletionTimestamp === previous.metadata.deletionTimestamp &&
          jsonEqual(started, findCondition(previous.status?.conditions, 'RolloutStarted'));
        return isSame && !hasLost(binding, previous, workFinalizer) ? undefined : objectKey(binding);
      }),
      watchKeys(workInformer, (work, previous, type) => {
        const key = bindingKey(work);
        const isNews =
          type === 'deleted' ||
          (key !== undefined && bindings.get(key) === undefined) ||
          (previous &&
            !(
              jsonEqual(work.status, previous.status) &&
              jsonEqual(work.metadata.labels, previous.metadata.labels)
            ));
        return isNews && isMine(work) ? key : undefined;
      }),
      watchKeys(context.placements, (placement, previous) => {
        const [now, before] = [placement, previous].map((each) => each?.spec.strategy?.reportBackStrategy);
        if (!previous || jsonEqual(now, before)) return undefined;
        return context.bindings.byIndex(byParent, objectKey(placement)).map(objectKey);
      }),
      // Read, and never a reason to write: which snapshots count stands in the binding.
      watchKeys(context.overrides.cluster, () => undefined),
      watchKeys(context.overrides.namespaced, () => undefined),
      // A label that an override asks for may have been missing.
      watchKeys(members, ({ metadata }, previous) =>
        previous && !jsonEqual(metadata.labels, previous.metadata.labels)
          ? bindings
              .byIndex(byCluster, metadata.name ?? '')
              .filter(isNotOverridden)
              .map(objectKey)
          : undefined,
      ),
    ],
    concurrency: 20,
    settleMs: 5,
    reconcile: (key) =>
      reconcileBinding(key, {
        ...context,
        members,
        works: workInformer,
        worksOf: (binding) => {
          const namespace = memberNamespace(binding.spec.targetCluster);
          const named = workInformer.byIndex(byBinding, objectKey(binding)).filter(isMine);
          return named.filter(({ metadata }) => metadata.namespace === namespace);
        },
        worksNaming: (binding) => workInformer.byIndex(byBinding, binding).filter(isMine),
      }),
  });
}

function isNotOverridden({ status }: Binding): boolean {
  return findCondition(status?.conditions, 'Overridden')?.status === 'False';
}
