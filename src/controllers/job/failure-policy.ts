import { numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Job } from '../kinds/batch.ts';
import type { Pod } from '../kinds/core.ts';

/** What a Job's podFailurePolicy says of a failed pod; without a word of it the failure counts. */
export interface FailureRule {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** In the words of kube-controller-manager. */
  readonly message: string;
}

/** The first rule that a failed pod matches. */
export function ruleOf(job: Job, pod: Pod): FailureRule | undefined {
  if (pod.status?.phase !== 'Failed') return undefined;
  const { namespace = '', name = '' } = pod.metadata;
  for (const [position, rule] of (job.spec.podFailurePolicy?.rules ?? []).entries()) {
    const action = rule.action;
    const at = `matching ${action} rule at index ${position}`;
    const ended = rule.onExitCodes && endedAs(pod, rule.onExitCodes);
    if (ended) {
      const { container, exitCode } = ended;
      const message = `Container ${container} for pod ${namespace}/${name} failed with exit code ${exitCode} ${at}`;
      return { action, message };
    }
    const conditions = objectsAt(pod, 'status', 'conditions');
    const met = (rule.onPodConditions ?? []).find(({ type, status = 'True' }) =>
      conditions.some((one) => one['type'] === type && one['status'] === status),
    );
    if (met) return { action, message: `Pod ${namespace}/${name} has condition ${met.type} ${at}` };
  }
  return undefined;
}

/** The first container whose exit code is meant; who ended well is never. */
function endedAs(
  pod: Pod,
  { containerName, operator, values }: { containerName?: string; operator: string; values: number[] },
): { readonly container: string; readonly exitCode: number } | undefined {
  const statuses: readonly JsonObject[] = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ];
  for (const status of statuses) {
    const container = textAt(status, 'name');
    const terminated = objectAt(status, 'state', 'terminated');
    const exitCode = numberAt(terminated, 'exitCode');
    if (!exitCode || (containerName !== undefined && containerName !== container)) continue;
    if (values.includes(exitCode) === (operator === 'In')) return { container, exitCode };
  }
  return undefined;
}
