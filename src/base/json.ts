import { parseExactly } from './exact-json.ts';

/** A bigint stands for an integer of 64 bits that a double does not hold, and for nothing else: equal values are `===`. */
export type Json = string | number | bigint | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json | undefined };

/** True for a plain JSON object: neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// `JSON.rawJSON` is in the engine and not yet in the compiler's library.
const { rawJSON } = JSON as JSON & { rawJSON(text: string): unknown };
// Integers of 64 bits are written to the digit wherever a JSON value is encoded.
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value(this: bigint) {
    return rawJSON(String(this));
  },
  configurable: true,
  writable: true,
});

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** JSON text as UTF-8 bytes. */
export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Parses UTF-8 JSON bytes, integers of 64 bits to the digit. Throws SyntaxError (or TypeError for broken UTF-8). */
export function decodeJson(bytes: Uint8Array): Json {
  return parseJson(decoder.decode(bytes));
}

/** Parses JSON text, integers of 64 bits to the digit. Throws SyntaxError. */
export function parseJson(text: string): Json {
  const value: Json = JSON.parse(text);
  return hasLongDigits(text) ? parseExactly(text) : value;
}

/** Digits in a row from which on a double may not hold an integer. */
const longDigits = 16;

/** Looks at each 16th character only: no longer row of digits lies between them. */
function hasLongDigits(text: string): boolean {
  for (let at = longDigits - 1; at < text.length; at += longDigits) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let first = at;
    while (first > 0 && isDigit(text.charCodeAt(first - 1))) first--;
    let last = at;
    while (last + 1 < text.length && isDigit(text.charCodeAt(last + 1))) last++;
    if (last - first + 1 >= longDigits) return true;
  }
  return false;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** True for the numbers of JSON, integers beyond a double's too. */
export function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Freezes a JSON value all the way down and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
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
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a).filter((k) => a[k] !== undefined);
  if (keys.length !== Object.keys(b).filter((k) => b[k] !== undefined).length) return false;
  return keys.every((key) => jsonEqual(a[key], b[key]));
}
