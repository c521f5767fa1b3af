import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { isFinished } from '../shared/pods.ts';
import { removeOldest } from './reconcile.ts';

const finished = 'finished';

/** As in kube-controller-manager (`--terminated-pod-gc-threshold`). */
const keptPods = 12_500;

/** Keeps the number of finished pods in check: of more than are kept the oldest go. */
export function startPodGarbage(context: ClusterContext, kept = keptPods): Controller {
  const podInformer = context.informers.of(pods);
  podInformer.addIndex(finished, (pod) => (isFinished(pod) ? [finished] : []));
  return runController({
    ...context,
    name: 'pod-garbage',
    watches: [watchKeys(podInformer, (pod) => (isFinished(pod) ? finished : undefined))],
    reconcile: (key) => removeOldest(podInformer.byIndex(finished, key), { ...context, kept }),
  });
}
