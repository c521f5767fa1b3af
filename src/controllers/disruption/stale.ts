import { findCondition } from '../../apimachinery/conditions.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import { type Controller, type Reconciled, runController, watchKeys } from '../../reconcile/index.ts';
import { type Pod, pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { isFinished } from '../shared/pods.ts';
import { commitStatus } from '../shared/status.ts';

const type = 'DisruptionTarget';
const staleAfterMs = 2 * 60_000;

/** Takes back from pods that they are about to go, when they did not go. */
export function startStaleDisruptions(context: ClusterContext): Controller {
  const informer = context.informers.of(pods);
  return runController({
    ...context,
    name: 'stale-disruption',
    watches: [watchKeys(informer, (pod) => (targetOf(pod) ? objectKey(pod) : undefined))],
    async reconcile(key): Promise<Reconciled | undefined> {
      const pod = informer.get(key);
      const target = pod && targetOf(pod);
      if (!pod || !target) return undefined;
      const nowMs = context.clock.now();
      const leftMs = Date.parse(target.lastTransitionTime ?? '') + staleAfterMs - nowMs;
      if (leftMs > 0) return { againAfterMs: leftMs };
      const gone = { type, status: 'False' as const, lastTransitionTime: rfc3339Seconds(nowMs) };
      const conditions = (pod.status?.conditions ?? []).map((each) => (each === target ? gone : each));
      await commitStatus(pod, { ...pod.status, conditions }, { client: context.client, informer });
      return undefined;
    },
  });
}

/** The condition of a pod that is said to go, and is not. What its kubelet said stands. */
function targetOf(pod: Pod) {
  const target = findCondition(pod.status?.conditions, type);
  if (pod.metadata.deletionTimestamp || isFinished(pod) || target?.status !== 'True') return undefined;
  return target.reason === 'TerminationByKubelet' ? undefined : target;
}
