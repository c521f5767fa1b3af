import { finalizersOf, metadataOf, textOf } from '../../apimachinery/metadata.ts';
import { isObject, type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import type { StoredObject } from '../storage/stored-object.ts';

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

/** The object as the delete leaves it: finalizers by policy, and the time of deletion. */
export function markedForDeletion(parts: ClusterParts, call: Call, current: StoredObject): JsonObject {
  const object = current.copy(call.resource);
  const metadata = metadataOf(object);
  const finalizers = policyFinalizers(finalizersOf(metadata), call);
  if (isCustomResourceDefinition(call) && metadata['deletionTimestamp'] === undefined) {
    finalizers.push('customresourcecleanup.apiextensions.k8s.io');
  }
  if (finalizers.length > 0) metadata['finalizers'] = finalizers;
  else delete metadata['finalizers'];
  const graceSeconds = graceOf(call, object);
  const marked = metadata['deletionTimestamp'] !== undefined;
  const previousGrace = metadata['deletionGracePeriodSeconds'];
  if (!marked) {
    metadata['deletionTimestamp'] = rfc3339Seconds(parts.clock.now() + graceSeconds * 1000);
    if (!isNamespace(object)) metadata['deletionGracePeriodSeconds'] = graceSeconds;
    if (typeof metadata['generation'] === 'number') metadata['generation'] += 1;
  } else if (typeof previousGrace === 'number' && graceSeconds < previousGrace && asksForGrace(call)) {
    const began = Date.parse(textOf(metadata['deletionTimestamp'])) - previousGrace * 1000;
    metadata['deletionTimestamp'] = rfc3339Seconds(began + graceSeconds * 1000);
    metadata['deletionGracePeriodSeconds'] = graceSeconds;
  }
  if (isNamespace(object)) {
    object['status'] = { ...(isObject(object['status']) ? object['status'] : {}), phase: 'Terminating' };
  }
  return object;
}

/** A namespace goes when it is empty, however long that takes. */
function isNamespace(object: JsonObject): boolean {
  return object['kind'] === 'Namespace' && object['apiVersion'] === 'v1';
}

/** Definitions stay until the registrar has deleted their instances. */
function isCustomResourceDefinition({ resource }: Call): boolean {
  return resource.storageKey === 'apiextensions.k8s.io/customresourcedefinitions';
}

function asksForGrace({ options }: Call): boolean {
  return options.deletion.gracePeriodSeconds !== undefined;
}

/** Only pods that run somewhere get time to end; everything else goes at once. */
function graceOf({ options, resource }: Call, object: JsonObject): number {
  const { group, kind } = resource.definition;
  if (group !== '' || kind !== 'Pod') return 0;
  const spec = isObject(object['spec']) ? object['spec'] : {};
  const phase = isObject(object['status']) ? object['status']['phase'] : undefined;
  if (textOf(spec['nodeName']) === '' || phase === 'Failed' || phase === 'Succeeded') return 0;
  const own = spec['terminationGracePeriodSeconds'];
  return Math.max(0, options.deletion.gracePeriodSeconds ?? (typeof own === 'number' ? own : 30));
}

/** Kinds whose dependents stay when nobody says otherwise, as they did before there was garbage collection. */
const orphansByDefault = new Set(['batch/jobs', 'core/replicationcontrollers']);

function policyFinalizers(finalizers: readonly string[], { options, resource }: Call): string[] {
  const { deletion } = options;
  const policy =
    deletion.propagationPolicy ??
    (deletion.orphanDependents === undefined
      ? undefined
      : deletion.orphanDependents
        ? 'Orphan'
        : 'Background');
  if (policy === undefined) {
    const isSaid = finalizers.includes(orphanFinalizer) || finalizers.includes(foregroundFinalizer);
    return !isSaid && orphansByDefault.has(resource.storageKey)
      ? [...finalizers, orphanFinalizer]
      : [...finalizers];
  }
  const rest = finalizers.filter((each) => each !== orphanFinalizer && each !== foregroundFinalizer);
  if (policy === 'Orphan') return [...rest, orphanFinalizer];
  return policy === 'Foreground' ? [...rest, foregroundFinalizer] : rest;
}
