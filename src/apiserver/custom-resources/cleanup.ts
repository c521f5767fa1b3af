import { StatusError } from '../../apimachinery/status.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import type { Term } from '../call/own-work.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { internalCall } from '../verbs/internal-call.ts';
import { removeObject } from '../write/removal.ts';

/** Deletes all objects of a resource and waits until the last one is gone, whoever holds it, or the term ends. */
export async function deleteInstances(
  parts: ClusterParts,
  served: ServedResource,
  term: Term,
): Promise<void> {
  const collection = await parts.storage.collection(served);
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const check = () => {
    if (collection.size === 0 || term.ending.aborted) resolve();
  };
  const stops = [collection.listen(check), collection.onEnd(resolve)];
  // A term outlives many definitions.
  stops.push(() => term.ending.removeEventListener('abort', check));
  term.ending.addEventListener('abort', check);
  try {
    check();
    for (const { namespace, name } of [...collection.scan('')]) {
      if (term.ending.aborted) return;
      await removed(parts, internalCall(term, 'delete', { resource: served, namespace, name }));
    }
    await gone;
  } finally {
    for (const stop of stops) stop();
  }
}

/** What somebody else removed is removed. */
async function removed(parts: ClusterParts, call: Call): Promise<void> {
  try {
    await removeObject(parts, call);
  } catch (thrown) {
    if (!(thrown instanceof StatusError) || thrown.code !== 404) throw thrown;
  }
}
