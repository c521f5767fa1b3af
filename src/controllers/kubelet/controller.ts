import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { podsByNode, type SimulatedNodes } from './nodes.ts';
import { KubeletNotes } from './notes.ts';
import { reconcilePod } from './reconcile.ts';
import { Rehearsals } from './rehearsals.ts';

/** Runs the pods of the simulated nodes: no container exists, but every sign of one. */
export function startKubelet(context: ClusterContext, simulated: SimulatedNodes): Controller {
  const podInformer = context.informers.of(pods);
  const [notes, rehearsals] = [new KubeletNotes(), new Rehearsals(context)];
  const controller = runController({
    ...context,
    name: 'kubelet',
    watches: [
      watchKeys(podInformer, (pod, _previous, type) => {
        const node = pod.spec.nodeName ? simulated.get(pod.spec.nodeName) : undefined;
        if (type !== 'deleted') return pod.spec.nodeName ? objectKey(pod) : undefined;
        notes.forget(pod.metadata.uid ?? '');
        node?.podAddresses.release(pod.metadata.uid ?? '');
        return undefined;
      }),
    ],
    concurrency: 64,
    reconcile: (key) => reconcilePod(key, { ...context, pods: podInformer, simulated, notes, rehearsals }),
  });
  simulated.onRunning((node) => {
    for (const pod of podInformer.byIndex(podsByNode, node)) controller.enqueue(objectKey(pod));
  });
  return controller;
}
