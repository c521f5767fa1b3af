import { isObject, type Json, type JsonObject } from '../../base/index.ts';

/** Fills absent fields of one object whose own members are already filled. */
export type TypeDefaults = (object: JsonObject) => void;

/** Sets the members that are absent; lists and objects among `values` are made afresh by the caller. */
export function fill(object: JsonObject, values: Readonly<Record<string, Json>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (object[name] === undefined || object[name] === null) object[name] = value;
  }
}

/** The member as an object, which is made when it is absent. */
export function ensureObject(object: JsonObject, name: string): JsonObject {
  const member = object[name];
  if (isObject(member)) return member;
  const made: JsonObject = {};
  object[name] = made;
  return made;
}
