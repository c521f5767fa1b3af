import { parseExactly } from './exact-json.ts';
import type { Json } from './json.ts';

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

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
