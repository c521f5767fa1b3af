import { at } from '../../apimachinery/read.ts';
import type { Json, JsonObject } from '../../base/index.ts';

/** Selects by a text; absent it is ''. */
export function textField(...path: readonly string[]): (object: JsonObject) => string {
  return (object) => asText(at(object, ...path), '');
}

/** Selects by a flag; absent it is `false`. */
export function flagField(...path: readonly string[]): (object: JsonObject) => string {
  return (object) => asText(at(object, ...path), 'false');
}

/** Selects by a count; absent it is 0. */
export function countField(...path: readonly string[]): (object: JsonObject) => string {
  return (object) => asText(at(object, ...path), '0');
}

function asText(value: Json | undefined, absent: string): string {
  return value === undefined || value === null ? absent : String(value);
}
