import { StatusError } from '../../apimachinery/status.ts';
import type { ClusterParts } from '../call/call.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { internalCall } from '../verbs/internal-call.ts';
import { removeObject } from '../write/removal.ts';

/** Deletes all objects of a resource and waits until the last one is gone, whoever holds it. */
export async function deleteInstances(
  parts: ClusterParts,
  served: ServedResource,
  stopped: () => boolean,
): Promise<void> {
  const collection = await parts.storage.collection(served);
  const gone = new Promise<void>((resolve) => {
    const check = () => {
      if (collection.size === 0 || stopped()) resolve();
    };
    collection.listen(check);
    collection.onEnd(resolve);
    check();
  });
  for (const { namespace, name } of [...collection.scan('')]) {
    try {
      await removeObject(parts, internalCall('delete', served, { namespace, name }));
    } catch (thrown) {
      if (!(thrown instanceof StatusError) || thrown.code !== 404) throw thrown;
    }
  }
  await gone;
}
