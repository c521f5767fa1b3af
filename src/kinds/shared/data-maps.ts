import type { FieldError } from '../../apimachinery/contract.ts';
import { at } from '../../apimachinery/read.ts';
import { forbidden } from '../../apimachinery/validation/errors.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';

/** What a config map or a secret holds at most. */
export const maxDataBytes = 1024 * 1024;
const frozen = 'field is immutable when `immutable` is set';

/** Field errors of a change of what its owner froze with `immutable`. */
export function validateFrozen(
  object: JsonObject,
  old: JsonObject,
  members: readonly string[],
): FieldError[] {
  if (at(old, 'immutable') !== true) return [];
  const errors = object['immutable'] === true ? [] : [forbidden('immutable', frozen)];
  const changed = members.filter((member) => !jsonEqual(object[member] ?? {}, old[member] ?? {}));
  return [...errors, ...changed.map((member) => forbidden(member, frozen))];
}

/** Bytes of the values, decoded. */
export function base64Bytes(data: JsonObject): number {
  let bytes = 0;
  for (const value of Object.values(data)) {
    if (typeof value === 'string') bytes += Buffer.byteLength(value, 'base64');
  }
  return bytes;
}
