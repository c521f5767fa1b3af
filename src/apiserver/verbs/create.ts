import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { changeObject } from '../write/change.ts';
import { readObject } from '../write/decode.ts';
import { dedupeOwners } from '../write/owner-references.ts';

/** `create`: 201 with the object as stored. */
export async function create(parts: ClusterParts, call: Call): Promise<Answer> {
  const object = await readObject(call);
  dedupeOwners(object, call.warnings);
  return changeObject(parts, call, { creates: 'always', mayRetry: false, compute: () => object });
}
