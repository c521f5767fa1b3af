/** A bigint stands for an integer of 64 bits that a double does not hold, and for nothing else: equal values are `===`. */
export type Json = string | number | bigint | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json | undefined };

/** True for a plain JSON object: neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for the numbers of JSON, integers beyond a double's too. */
export function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Freezes a JSON value all the way down and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    if (Array.isArray(value)) for (const item of value) deepFreeze(item);
    else for (const key in value) deepFreeze(value[key]);
  }
  return value;
}

/**
 * Objects and lists within each other that are let in from outside: every walk over a value has one stack for all of
 * them.
 */
export const nestingLevelsLimit = 500;

/** True when objects and lists stand within each other more than `levels` deep; looks no deeper than that. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && isDeeperThan(item, levels - 1)) return true;
    return false;
  }
  for (const member of Object.values(value))
    if (typeof member === 'object' && isDeeperThan(member, levels - 1)) return true;
  return false;
}

/** Equality of JSON values; the order of object keys does not matter. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let at = 0; at < a.length; at++) if (!jsonEqual(a[at], b[at])) return false;
    return true;
  }
  if (!isObject(a) || !isObject(b)) return false;
  let members = 0;
  for (const key in a) {
    const member = a[key];
    if (member === undefined) continue;
    // Every object answers for this one name of its prototype with something that may be equal.
    if (key === '__proto__' && !Object.hasOwn(b, key)) return false;
    if (!jsonEqual(member, b[key])) return false;
    members++;
  }
  for (const key in b) if (b[key] !== undefined) members--;
  return members === 0;
}
