import type { Pod } from '../kinds/core.ts';
import { isFinished } from '../shared/pods.ts';

/** True for a pod that is the default scheduler's to place. */
export function wantsNode(pod: Pod): boolean {
  const { nodeName, schedulerName = 'default-scheduler', schedulingGates = [] } = pod.spec;
  return (
    !nodeName &&
    !pod.metadata.deletionTimestamp &&
    !isFinished(pod) &&
    schedulingGates.length === 0 &&
    schedulerName === 'default-scheduler'
  );
}
