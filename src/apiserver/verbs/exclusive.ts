import { cloneJson } from '../../apimachinery/clone.ts';
import { StatusError } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import { ClaimLost } from '../storage/cluster-storage.ts';

/** What is chosen for these depends on all others of their kind: two at once would be given the same. */
const exclusive = new Set([
  'core/services',
  'apiextensions.k8s.io/customresourcedefinitions',
  'scheduling.k8s.io/priorityclasses',
]);

const attempts = 64;

/**
 * Runs a write of `object` from its admission to its commit. Of some resources one goes after the other, and those that
 * lost a claim, to another process, are decided again from a copy of what was asked for.
 */
export function inTurn<T>(
  { storage, exclusive: own }: ClusterParts,
  call: Call,
  { object, write }: { readonly object: JsonObject; write(object: JsonObject): Promise<T> },
): Promise<T> {
  const { storageKey } = call.resource;
  if (call.subresource !== '' || !(exclusive.has(storageKey) || own.has(storageKey))) return write(object);
  return storage.turns.run(`all ${storageKey}`, async () => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const warnings = call.warnings.length;
      try {
        return await write(cloneJson(object));
      } catch (thrown) {
        if (!(thrown instanceof ClaimLost)) throw thrown;
        call.warnings.length = warnings;
      }
    }
    throw new StatusError(
      500,
      'ServerTimeout',
      `The ${call.resource.definition.resource} are being changed by others; try again.`,
    );
  });
}
