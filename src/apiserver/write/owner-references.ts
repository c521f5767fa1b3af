import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { canonicalJson, type JsonObject } from '../../base/index.ts';

const advice =
  'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests';

/**
 * Keeps each owner once, in place: readers that look owners up by uid refuse an object that names one twice. `when` goes into the warning.
 */
export function dedupeOwners(object: JsonObject, warnings: string[], when = ''): void {
  const metadata = readMetadata(object);
  const owners = metadata['ownerReferences'];
  if (!Array.isArray(owners) || owners.length < 2) return;
  const uids = new Set<string>();
  const seen = new Set<string>();
  const kept = owners.filter((owner) => {
    const text = canonicalJson(owner);
    if (!seen.has(text)) {
      seen.add(text);
      return true;
    }
    uids.add(
      textOf(typeof owner === 'object' && owner !== null && !Array.isArray(owner) ? owner['uid'] : ''),
    );
    return false;
  });
  if (uids.size === 0) return;
  metadata['ownerReferences'] = kept;
  warnings.push(
    `.metadata.ownerReferences contains duplicate entries${when}; ${advice}; duplicate UID(s) observed: ${[...uids].join(', ')}`,
  );
}

/** How a patch that brought the duplicates is told. */
export const afterMutation = ' after mutating admission happens';
