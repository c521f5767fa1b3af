import { StatusError } from '../../apimachinery/status.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { removeObject } from '../write/removal.ts';
import { warnOfOrphans, withDeletionOptions } from './delete.ts';
import { list } from './list.ts';

/** Objects of one collection that are on their way out at the same time. */
const removedAtOnce = 64;

/**
 * `deletecollection`: deletes what a list with the same selectors shows, and answers that list. The first refusal is the
 * answer; what was not begun then stays.
 */
export async function removeCollection(parts: ClusterParts, call: Call): Promise<Answer> {
  const listed = await list(parts, { ...call, name: '' });
  if (listed.type !== 'list') return listed;
  const deletion = await withDeletionOptions(call);
  warnOfOrphans(deletion);
  const left = listed.objects.values();
  const failures: unknown[] = [];
  const work = async () => {
    for (const object of left) {
      if (failures.length > 0) return;
      await removeOne(parts, deletion, object).catch((thrown: unknown) => failures.push(thrown));
    }
  };
  await Promise.all(Array.from({ length: removedAtOnce }, work));
  if (failures.length > 0) throw failures[0];
  return listed;
}

async function removeOne(parts: ClusterParts, deletion: Call, object: StoredObject): Promise<void> {
  const { namespace, name } = object;
  try {
    await removeObject(parts, { ...deletion, namespace, name }, { ofCollection: true });
  } catch (thrown) {
    // Somebody else deleted it meanwhile: that is what was asked for.
    if (!(thrown instanceof StatusError) || thrown.code !== 404) throw thrown;
  }
}
