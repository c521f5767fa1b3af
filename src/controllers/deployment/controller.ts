import { objectKey } from '../../apimachinery/kinds.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { deployments, replicaSets } from '../kinds/apps.ts';
import { pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { indexByOwner, ownerKey } from '../shared/owners.ts';
import { reconcileDeployment } from './reconcile.ts';

const byNamespace = 'namespace';

/** Rolls Deployments out through ReplicaSets. */
export function startDeploymentController(context: ClusterContext): Controller {
  const all = context.informers.of(deployments);
  const sets = context.informers.of(replicaSets);
  const podInformer = context.informers.of(pods);
  all.addIndex(byNamespace, (deployment) => [deployment.metadata.namespace ?? '']);
  indexByOwner(sets);
  indexByOwner(podInformer);
  return runController({
    ...context,
    name: 'deployment',
    watches: [
      watchKeys(all, objectKey),
      watchKeys(sets, (set) => {
        if (set.metadata.ownerReferences?.length) return ownerKey(deployments, set);
        return all
          .byIndex(byNamespace, set.metadata.namespace ?? '')
          .filter((deployment) => matchesLabels(deployment.spec.selector, set.metadata.labels))
          .map(objectKey);
      }),
      // Recreate waits for the last old pod to be gone.
      watchKeys(podInformer, (pod, _previous, type) => {
        const set = type === 'deleted' ? ownerKey(replicaSets, pod) : undefined;
        const owner = set === undefined ? undefined : sets.get(set);
        return owner ? ownerKey(deployments, owner) : undefined;
      }),
    ],
    concurrency: 5,
    settleMs: 5,
    reconcile: (key) => reconcileDeployment(key, { ...context, deployments: all, sets, pods: podInformer }),
  });
}
