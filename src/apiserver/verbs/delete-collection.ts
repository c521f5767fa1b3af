import { StatusError } from '../../apimachinery/status.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { removeObject } from '../write/removal.ts';
import { warnOfOrphans, withDeletionOptions } from './delete.ts';
import { list } from './list.ts';

/** `deletecollection`: deletes what a list with the same selectors shows, and answers that list. */
export async function removeCollection(parts: ClusterParts, call: Call): Promise<Answer> {
  const listed = await list(parts, { ...call, name: '' });
  if (listed.type !== 'list') return listed;
  const deletion = await withDeletionOptions(call);
  warnOfOrphans(deletion);
  await Promise.all(
    listed.objects.map(async (object) => {
      try {
        await removeObject(parts, { ...deletion, namespace: object.namespace, name: object.name });
      } catch (thrown) {
        // Somebody else deleted it meanwhile: that is what was asked for.
        if (!(thrown instanceof StatusError) || thrown.code !== 404) throw thrown;
      }
    }),
  );
  return listed;
}
