/** Where things lie in the store. Nothing outside this folder knows. */
export const recordPrefix = '/arm/records';
/** Keys that stand for facts that only one record may state; see `Claims`. */
export const claimPrefix = '/arm/turns/';
export const operationPrefix = '/arm/operations/';

/** Store key of a record: its id in lower case, with everything but printable ASCII escaped. */
export function recordKey(id: string): string {
  return recordPrefix + escapeKey(id.toLowerCase());
}

/** Store key of an operation. */
export function operationKey(operationId: string): string {
  return operationPrefix + escapeKey(operationId.toLowerCase());
}

function escapeKey(text: string): string {
  return text.replace(/[^!-$&-~]/gu, (character) => encodeURIComponent(character));
}
