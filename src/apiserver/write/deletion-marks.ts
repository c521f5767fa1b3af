import { finalizersOf, metadataOf, textOf } from '../../apimachinery/metadata.ts';
import { type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import type { StoredObject } from '../storage/stored-object.ts';

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

/** The object as the delete leaves it: finalizers by policy, and the time of deletion. */
export function markedForDeletion(parts: ClusterParts, call: Call, current: StoredObject): JsonObject {
  const { deletion } = call.resource.definition;
  const object = current.copy(call.resource);
  const metadata = metadataOf(object);
  const finalizers = policyFinalizers(finalizersOf(metadata), call);
  if (deletion.finalizer !== undefined && metadata['deletionTimestamp'] === undefined) {
    finalizers.push(deletion.finalizer);
  }
  if (finalizers.length > 0) metadata['finalizers'] = finalizers;
  else delete metadata['finalizers'];
  const graceSeconds = deletion.graceSeconds?.(object, call.options.deletion.gracePeriodSeconds) ?? 0;
  const marked = metadata['deletionTimestamp'] !== undefined;
  const previousGrace = metadata['deletionGracePeriodSeconds'];
  if (!marked) {
    metadata['deletionTimestamp'] = rfc3339Seconds(parts.clock.now() + graceSeconds * 1000);
    if (!deletion.timeless) metadata['deletionGracePeriodSeconds'] = graceSeconds;
    if (typeof metadata['generation'] === 'number') metadata['generation'] += 1;
  } else if (typeof previousGrace === 'number' && graceSeconds < previousGrace && asksForGrace(call)) {
    const began = Date.parse(textOf(metadata['deletionTimestamp'])) - previousGrace * 1000;
    metadata['deletionTimestamp'] = rfc3339Seconds(began + graceSeconds * 1000);
    metadata['deletionGracePeriodSeconds'] = graceSeconds;
  }
  deletion.mark?.(object);
  return object;
}

function asksForGrace({ options }: Call): boolean {
  return options.deletion.gracePeriodSeconds !== undefined;
}

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
    return !isSaid && resource.definition.deletion.orphans
      ? [...finalizers, orphanFinalizer]
      : [...finalizers];
  }
  const rest = finalizers.filter((each) => each !== orphanFinalizer && each !== foregroundFinalizer);
  if (policy === 'Orphan') return [...rest, orphanFinalizer];
  return policy === 'Foreground' ? [...rest, foregroundFinalizer] : rest;
}
