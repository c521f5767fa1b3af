import { type Json, type JsonObject, setMember } from '../base/index.ts';

/** A private copy of a JSON value; several times as fast as `structuredClone`, which has to expect anything. */
export function cloneJson<T extends Json | undefined>(value: T): T;
export function cloneJson(value: Json | undefined): Json | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cloneItem);
  const copy: JsonObject = {};
  for (const name in value) {
    const member = value[name];
    const kept = typeof member === 'object' && member !== null ? cloneJson(member) : member;
    if (name === '__proto__' && kept !== undefined) setMember(copy, name, kept);
    else copy[name] = kept;
  }
  return copy;
}

function cloneItem(item: Json): Json {
  return typeof item === 'object' && item !== null ? cloneJson(item) : item;
}
