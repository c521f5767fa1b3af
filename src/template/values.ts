import { isNumber, isObject, type Json, type JsonObject, jsonEqual } from '../base/index.ts';
import { Lambda, type Value } from './frame.ts';

/** The word of a value's type, as refusals print it. */
export function typeWord(value: Value): string {
  if (value instanceof Lambda) return 'Lambda';
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'Array';
  if (isNumber(value)) return Number.isInteger(Number(value)) ? 'Integer' : 'Float';
  if (typeof value === 'boolean') return 'Boolean';
  return isObject(value) ? 'Object' : 'String';
}

/** A member whatever the case of its name; the exact spelling goes first. */
export function memberWithoutCase(object: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const wanted = name.toLowerCase();
  const found = large.get(object)?.get(wanted);
  if (found !== undefined || large.has(object)) return found === undefined ? undefined : object[found];
  const names = Object.keys(object);
  if (names.length > mostSearchedNames) {
    // Of several spellings the first counts.
    large.set(object, new Map(names.toReversed().map((key) => [key.toLowerCase(), key])));
    return memberWithoutCase(object, name);
  }
  const spelling = names.find((key) => key.length === name.length && key.toLowerCase() === wanted);
  return spelling === undefined ? undefined : object[spelling];
}

/** Objects with more names are looked through once; they are whole by then, as no section of a template has as many. */
const mostSearchedNames = 1_024;
const large = new WeakMap<JsonObject, ReadonlyMap<string, string>>();

/** Sets a member, also one whose name means something to JavaScript. */
export function put(object: JsonObject, name: string, value: Json): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else object[name] = value;
}

/** How a value is written in the middle of a text. */
export function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (isNumber(value)) return String(value);
  return JSON.stringify(value);
}

export function sameValue(a: Json, b: Json): boolean {
  if (isNumber(a) && isNumber(b)) return Number(a) === Number(b);
  return jsonEqual(a, b);
}

/** A rough measure of a value in steps; looks at no more than `most`. */
export function sizeOf(value: Json | undefined, most = Number.POSITIVE_INFINITY): number {
  if (typeof value === 'string') return 1 + value.length / 16;
  if (typeof value !== 'object' || value === null) return 1;
  let size = 1;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    size += sizeOf(item, most - size);
    if (size > most) return size;
  }
  return size;
}
