import { objectKey } from '../../apimachinery/kinds.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { deployments, replicaSets, statefulSets } from '../kinds/apps.ts';
import { pods } from '../kinds/core.ts';
import { podDisruptionBudgets } from '../kinds/policy.ts';
import type { ClusterContext } from '../shared/context.ts';
import { ownScales } from './expected.ts';
import { reconcileBudget } from './reconcile.ts';

const byNamespace = 'namespace';

/** Counts the pods that each disruption budget guards, so that evictions know what is left of it. */
export function startDisruptionController(context: ClusterContext): Controller {
  const budgets = context.informers.of(podDisruptionBudgets);
  const podInformer = context.informers.of(pods);
  budgets.addIndex(byNamespace, (budget) => [budget.metadata.namespace ?? '']);
  podInformer.addIndex(byNamespace, (pod) => [pod.metadata.namespace ?? '']);
  const guarding = (namespace: string, labels: { [key: string]: string } | undefined) =>
    budgets
      .byIndex(byNamespace, namespace)
      .filter((budget) => matchesLabels(budget.spec.selector, labels))
      .map(objectKey);
  const scales = {
    deployments: context.informers.of(deployments),
    replicaSets: context.informers.of(replicaSets),
    statefulSets: context.informers.of(statefulSets),
  };
  return runController({
    ...context,
    name: 'disruption',
    watches: [
      watchKeys(budgets, objectKey),
      watchKeys(podInformer, ({ metadata }, previous) => [
        ...guarding(metadata.namespace ?? '', metadata.labels),
        // What a pod no longer wears may have been what a budget looked for.
        ...(previous && previous.metadata.labels !== metadata.labels
          ? guarding(metadata.namespace ?? '', previous.metadata.labels)
          : []),
      ]),
      ...Object.values(scales).map((informer) => ({ synced: informer.synced, start: () => () => {} })),
    ],
    concurrency: 2,
    settleMs: 10,
    reconcile: (key) =>
      reconcileBudget(key, {
        ...context,
        budgets,
        podsIn: (namespace) => podInformer.byIndex(byNamespace, namespace),
        scaleOf: ownScales(scales, context),
      }),
  });
}
