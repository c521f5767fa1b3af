import type { RecordStore } from '../arm/index.ts';
import { errorMessage, type Logger } from '../base/index.ts';
import type { Identity } from '../identity/index.ts';

/**
 * Removes the service principals of managed identities whose resource is not there: a process that ended between making
 * one and recording its resource, or between removing the resource and it, left them. Called before requests are served:
 * a principal that a request is about to record would look the same.
 */
export async function removeOrphanPrincipals(
  records: RecordStore,
  { directory }: Pick<Identity, 'directory'>,
  log: Logger,
): Promise<void> {
  for (const { objectId, resourceId } of directory.managedIdentities()) {
    if (await records.get(resourceId)) continue;
    try {
      await directory.removePrincipal(objectId);
      log.info('removed a principal whose resource is not there', { objectId, resourceId });
    } catch (thrown) {
      log.warn('a principal whose resource is not there stays', { objectId, error: errorMessage(thrown) });
    }
  }
}
