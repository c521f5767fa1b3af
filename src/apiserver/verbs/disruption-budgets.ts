import { conditionsWith, holds } from '../../apimachinery/conditions.ts';
import { labelsOf, readMetadata } from '../../apimachinery/metadata.ts';
import { readLabelSelector } from '../../apimachinery/selectors/label-selector.ts';
import { forbidden, internalError, StatusError } from '../../apimachinery/status.ts';
import { isObject, type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { changeObject } from '../write/change.ts';

/** A budget that guards a pod. */
export interface Budget {
  readonly name: string;
  readonly object: JsonObject;
}

const unprocessedRetryAfterSeconds = 10;
/** Evictions that the counting controller has not confirmed yet. */
const disruptedPodsLimit = 2000;

const refusal = "Cannot evict pod as it would violate the pod's disruption budget.";

/** The budgets whose selectors select a pod. */
export async function budgetsOf(
  parts: ClusterParts,
  namespace: string,
  pod: JsonObject,
): Promise<readonly Budget[]> {
  const budgets = parts.resources.find('policy', 'v1', 'poddisruptionbudgets');
  if (!budgets) return [];
  const collection = await parts.storage.collection(budgets);
  const labels = labelsOf(pod) ?? {};
  const found: Budget[] = [];
  for (const stored of collection.scan(`${namespace}/`)) {
    const object = stored.peek(budgets);
    const spec = isObject(object['spec']) ? object['spec'] : {};
    if (isObject(spec['selector']) && readLabelSelector(spec['selector'])(labels)) {
      found.push({ name: stored.name, object });
    }
  }
  return found;
}

/** A pod that is not ready goes without a question where its budget says so, or where enough others are healthy. */
export function isAllowedUnready(pod: JsonObject, budget: JsonObject): boolean {
  if (holds(pod, 'Ready')) return false;
  const spec = isObject(budget['spec']) ? budget['spec'] : {};
  if (spec['unhealthyPodEvictionPolicy'] === 'AlwaysAllow') return true;
  const counted = countsOf(budget);
  return counted.currentHealthy >= counted.desiredHealthy && counted.desiredHealthy > 0;
}

function countsOf(budget: JsonObject) {
  const status = isObject(budget['status']) ? budget['status'] : {};
  const number = (member: string) => (typeof status[member] === 'number' ? status[member] : 0);
  return {
    status,
    currentHealthy: number('currentHealthy'),
    desiredHealthy: number('desiredHealthy'),
    disruptionsAllowed: number('disruptionsAllowed'),
    observedGeneration: number('observedGeneration'),
    disruptedPods: isObject(status['disruptedPods']) ? status['disruptedPods'] : {},
  };
}

/**
 * Takes one disruption from the budget and notes the pod there, in one commit that nobody else's comes between: of two
 * evictions that want the last one, the second finds none. Throws 429 with the reason.
 */
export async function takeFromBudget(parts: ClusterParts, call: Call, { name }: Budget): Promise<void> {
  const budgets = parts.resources.find('policy', 'v1', 'poddisruptionbudgets');
  if (!budgets) throw internalError('disruption budgets are not served');
  await changeObject(
    parts,
    { ...call, resource: budgets, subresource: 'status', name },
    {
      creates: 'never',
      admitted: true,
      mayRetry: true,
      compute: (current) => {
        if (!current) throw internalError('an eviction makes no budget');
        return withOneLess(current.copy(budgets), { current, pod: call.name, nowMs: parts.clock.now() });
      },
    },
  );
}

function withOneLess(
  budget: JsonObject,
  { current, pod, nowMs }: { readonly current: StoredObject; readonly pod: string; readonly nowMs: number },
): JsonObject {
  const counted = countsOf(budget);
  const generation = readMetadata(budget)['generation'];
  if (typeof generation === 'number' && counted.observedGeneration < generation) {
    throw tooManyDisruptions(current.name);
  }
  const { disruptionsAllowed, disruptedPods } = counted;
  const subject = { group: 'policy', resource: 'poddisruptionbudget', name: current.name };
  if (disruptionsAllowed < 0) throw forbidden(subject, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > disruptedPodsLimit) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw forbidden(subject, why);
  }
  if (disruptionsAllowed === 0) throw usedUp(current.name, counted);
  const left = disruptionsAllowed - 1;
  budget['status'] = {
    ...counted.status,
    disruptionsAllowed: left,
    disruptedPods: { ...disruptedPods, [pod]: rfc3339Seconds(nowMs) },
    ...(left > 0 ? {} : { conditions: withoutRoom(counted, nowMs) }),
  };
  return budget;
}

/** The conditions with `DisruptionAllowed` False. */
function withoutRoom(
  { status, observedGeneration }: ReturnType<typeof countsOf>,
  nowMs: number,
): JsonObject[] {
  const said = { status: 'False', reason: 'InsufficientPods', message: '', observedGeneration } as const;
  return conditionsWith(status, { type: 'DisruptionAllowed', ...said }, nowMs);
}

/** No time to wait is named: nobody knows when a pod more is healthy, and clients would sleep through their own limit. */
function usedUp(name: string, counted: ReturnType<typeof countsOf>): StatusError {
  const { desiredHealthy, currentHealthy } = counted;
  const message = `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  return new StatusError(429, 'TooManyRequests', refusal, {
    causes: [{ reason: 'DisruptionBudget', message }],
  });
}

/** Nobody has counted the pods of this budget since it, or the pod, changed. */
export function tooManyDisruptions(name: string): StatusError {
  const message = `The disruption budget ${name} is still being processed by the server.`;
  return new StatusError(
    429,
    'TooManyRequests',
    refusal,
    { causes: [{ reason: 'DisruptionBudget', message }], retryAfterSeconds: unprocessedRetryAfterSeconds },
    unprocessedRetryAfterSeconds,
  );
}
