import { conditionsWith } from '../../apimachinery/conditions.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { badRequest, conflict, invalid, methodNotAllowed, StatusError } from '../../apimachinery/status.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { require } from '../call/find.ts';
import { type CallOptions, withDeleteBody } from '../request/options.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { changeObject } from '../write/change.ts';
import { checkNamespace } from '../write/place.ts';
import { type ForeignKind, readForeign } from '../write/read-foreign.ts';
import { checkPreconditions, removeObject } from '../write/removal.ts';
import { admitBody } from '../write/run.ts';
import { budgetsOf, isAllowedUnready, takeFromBudget, tooManyDisruptions } from './disruption-budgets.ts';

const attempts = 20;

const evictionKind: ForeignKind = {
  group: 'policy',
  kind: 'Eviction',
  apiVersions: ['policy/v1', 'policy/v1beta1'],
  type: 'policy.v1.Eviction',
};

const success: Answer = {
  type: 'value',
  code: 201,
  value: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  resource: undefined,
};

const severalBudgets =
  'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';

/** `pods/eviction`: a delete that disruption budgets may refuse. */
export async function evict(parts: ClusterParts, call: Call): Promise<Answer> {
  if (call.verb !== 'create') throw methodNotAllowed();
  const sent = await readForeign(call, evictionKind);
  checkNamespace(sent, call);
  const body = await admitBody(parts, call, {
    operation: 'CREATE',
    object: sent,
    check(eviction) {
      if (textOf(readMetadata(eviction)['name']) !== call.name) {
        throw badRequest('name in URL does not match name in Eviction object');
      }
    },
  });
  const eviction = { ...call, subresource: '', options: deletionOptions(call, body) };
  const pod = await deleteUnguarded(parts, eviction);
  if (!pod) return success;
  const object = pod.peek(call.resource);
  const budgets = await budgetsOf(parts, call.namespace, object);
  if (budgets.length > 1) throw new StatusError(500, '', severalBudgets);
  const [budget] = budgets;
  if (!budget) {
    await deletePod(parts, eviction);
    return success;
  }
  if (isAllowedUnready(object, budget.object)) await deleteUnready(parts, eviction, { pod, budget });
  else {
    await takeFromBudget(parts, eviction, budget);
    await deletePod(parts, eviction);
  }
  return success;
}

/** What the body says of the delete; a dry run may be asked for there or in the query. */
function deletionOptions(call: Call, body: JsonObject): CallOptions {
  const deletion = isObject(body['deleteOptions']) ? body['deleteOptions'] : {};
  if (deletion['ignoreStoreReadErrorWithClusterBreakingPotential'] === true) {
    throw invalid({ group: 'policy', kind: 'Eviction' }, call.name, [
      {
        reason: 'FieldValueInvalid',
        field: 'deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential',
        message: 'Invalid value: true: can not be set for pod eviction, try after removing the option',
      },
    ]);
  }
  const options = withDeleteBody(call.options, deletion);
  return { ...options, dryRun: options.dryRun || call.options.dryRun };
}

/**
 * Deletes a pod that no budget guards: one that has ended, is going, or runs nowhere yet. Otherwise the pod, which is
 * to be asked for. One that runs nowhere is deleted only as it was seen.
 */
async function deleteUnguarded(parts: ClusterParts, call: Call): Promise<StoredObject | undefined> {
  for (let attempt = 1; ; attempt++) {
    const stored = await require(parts, call);
    const pod = stored.peek(call.resource);
    const phase = phaseOf(pod);
    const isGoing = readMetadata(pod)['deletionTimestamp'] !== undefined;
    const isOver = phase === 'Succeeded' || phase === 'Failed' || isGoing;
    if (!isOver && phase !== 'Pending') return stored;
    const isPinned = call.options.deletion.resourceVersion !== undefined;
    try {
      await deletePod(parts, isOver || isPinned ? call : pinned(call, stored));
      return undefined;
    } catch (thrown) {
      if (isPinned || attempt === attempts || !isConflictError(thrown)) throw thrown;
    }
  }
}

function phaseOf(pod: JsonObject): string {
  return isObject(pod['status']) ? textOf(pod['status']['phase']) : '';
}

/** The delete of exactly that version. */
function pinned(call: Call, stored: StoredObject): Call {
  const deletion = { ...call.options.deletion, resourceVersion: String(stored.revision) };
  return { ...call, options: { ...call.options, deletion } };
}

function isConflictError(thrown: unknown): boolean {
  return thrown instanceof StatusError && thrown.reason === 'Conflict';
}

/** A pod that was not ready does not count; it goes only if it still is as it was looked at. */
async function deleteUnready(
  parts: ClusterParts,
  call: Call,
  { pod, budget }: { readonly pod: StoredObject; readonly budget: { readonly name: string } },
): Promise<void> {
  const isPinned = call.options.deletion.resourceVersion !== undefined;
  try {
    await deletePod(parts, pinned(call, pod));
  } catch (thrown) {
    throw !isPinned && isConflictError(thrown) ? tooManyDisruptions(budget.name) : thrown;
  }
}

/** Says on the pod why it goes, then deletes it. */
async function deletePod(parts: ClusterParts, call: Call): Promise<void> {
  if (call.options.dryRun) {
    await removeObject(parts, call, { admitted: true });
    return;
  }
  let marked: StoredObject | undefined;
  const answer = await changeObject(
    parts,
    { ...call, subresource: 'status' },
    {
      creates: 'never',
      admitted: true,
      mayRetry: true,
      compute: (current) => {
        marked = current;
        return withDisruptionTarget(parts, call, current);
      },
    },
  );
  const isPinned = call.options.deletion.resourceVersion !== undefined;
  const after = answer.type === 'object' ? answer.object : marked;
  await removeObject(parts, isPinned && after ? pinned(call, after) : call, { admitted: true });
}

function withDisruptionTarget(
  parts: ClusterParts,
  call: Call,
  current: StoredObject | undefined,
): JsonObject {
  if (!current) throw conflict(call.resource.subject(call.name));
  checkPreconditions(call, current);
  const pod = current.copy(call.resource);
  const status = isObject(pod['status']) ? pod['status'] : {};
  const target = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastProbeTime: null,
  } as const;
  pod['status'] = { ...status, conditions: conditionsWith(status, target, parts.clock.now()) };
  return pod;
}
