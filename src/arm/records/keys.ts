import { Recent } from '../../base/index.ts';

/** Where things lie in the store. Nothing outside this folder knows. */
export const recordPrefix = '/arm/records';
/** Keys that stand for facts that only one record may state; see `Claims`. */
export const claimPrefix = '/arm/turns/';
export const operationPrefix = '/arm/operations/';
const runningPrefix = '/arm/running/';
/** What was done, in pages; see `activity`. */
export const activityPrefix = '/arm/activity/';
/** What the links to operations are sealed with. */
export const sealKey = '/arm/operation-seal';
/**
 * What does not go on in a store that was put back to an earlier state: links to operations would tell of successes
 * that are lost. A new key is made, and they are unknown.
 */
export const keysOfOneCourse: readonly string[] = [sealKey];

/** Ids are asked for again and again: their keys are worked out once. Longer ones are rare, and would take much room. */
const knownKeys = { ids: 8_192, characters: 512 } as const;
const keysOfIds = new Recent<string>(knownKeys.ids);

/** Store key of a record: its id in lower case, with everything but printable ASCII escaped. */
export function recordKey(id: string): string {
  const known = keysOfIds.get(id);
  if (known !== undefined) return known;
  const key = recordPrefix + escapeKey(id.toLowerCase());
  if (id.length <= knownKeys.characters) keysOfIds.set(id, key);
  return key;
}

/** Store key of an operation. */
export function operationKey(operationId: string): string {
  return operationPrefix + escapeKey(operationId.toLowerCase());
}

/** Store key that stands as long as a process works on an action. */
export function runningKey(operationId: string): string {
  return runningPrefix + escapeKey(operationId.toLowerCase());
}

function escapeKey(text: string): string {
  if (!/[^!-$&-~]/.test(text)) return text;
  return text.replace(/[^!-$&-~]/gu, (character) => encodeURIComponent(character));
}
