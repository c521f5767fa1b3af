import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { horizontalPodAutoscalers } from '../kinds/autoscaling.ts';
import { pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import type { AutoscalerMemory } from './memory.ts';
import { reconcileAutoscaler } from './reconcile.ts';

/** Sets how many replicas there are by what they use. */
export function startHorizontalPodAutoscaler(context: ClusterContext): Controller {
  const autoscalers = context.informers.of(horizontalPodAutoscalers);
  const podInformer = context.informers.of(pods);
  const memories = new Map<string, AutoscalerMemory>();
  const selectors = new Map<string, string>();
  return runController({
    ...context,
    name: 'horizontal-pod-autoscaler',
    watches: [
      watchKeys(autoscalers, (autoscaler, previous, type) => {
        const isSame = previous !== undefined && jsonEqual(previous.spec, autoscaler.spec);
        return type === 'updated' && isSame ? undefined : objectKey(autoscaler);
      }),
    ],
    reconcile: (key) =>
      reconcileAutoscaler(key, { ...context, autoscalers, pods: podInformer, memories, selectors }),
  });
}
