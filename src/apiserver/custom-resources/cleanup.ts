import { StatusError } from '../../apimachinery/status.ts';
import type { ClusterParts } from '../call/call.ts';
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
  const gone = new Promise<void>((resolve) => {
    const check = () => {
      if (collection.size === 0) resolve();
    };
    collection.listen(check);
    collection.onEnd(resolve);
    term.ending.addEventListener('abort', () => resolve(), { once: true });
    if (term.ending.aborted) resolve();
    check();
  });
  for (const { namespace, name } of [...collection.scan('')]) {
    if (term.ending.aborted) return;
    try {
      await removeObject(parts, internalCall(term, 'delete', { resource: served, namespace, name }));
    } catch (thrown) {
      if (!(thrown instanceof StatusError) || thrown.code !== 404) throw thrown;
    }
  }
  await gone;
}
