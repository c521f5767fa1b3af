import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import type { Chance } from './chance.ts';
import { type SchemaSource, type Spot, spotIn, validValue, wrongValue } from './schema.ts';

/** One change of an object, the same for both servers' copies of it. */
export type Edit =
  | { readonly set: Spot['path']; readonly to: Json }
  | { readonly remove: Spot['path'] }
  | { readonly repeat: Spot['path'] };

/** How often what is put in is taken from the schema rather than from what never fits. */
const fittingShare = 0.7;

export function drawValue(source: SchemaSource, { schema }: Spot, chance: Chance): Json {
  return chance.often(fittingShare) ? validValue(source, schema, chance) : wrongValue(chance);
}

/** One or two changes that an object could be given. */
export function drawEdits(object: JsonObject, source: SchemaSource, chance: Chance): Edit[] {
  return Array.from({ length: 1 + chance.below(2) }, () => {
    const spot = spotIn(object, source, chance);
    if (chance.often(0.2)) return { remove: spot.path };
    if (typeof spot.path.at(-1) === 'number' && chance.often(0.15)) return { repeat: spot.path };
    return { set: spot.path, to: drawValue(source, spot, chance) };
  });
}

/** The object with the edits made; what an edit does not reach stays. */
export function edited(object: JsonObject, edits: readonly Edit[]): JsonObject {
  const copy = structuredClone(object);
  for (const edit of edits) make(copy, edit);
  return copy;
}

function make(object: JsonObject, edit: Edit): void {
  const path = 'set' in edit ? edit.set : 'remove' in edit ? edit.remove : edit.repeat;
  const last = path.at(-1);
  const holder = path.slice(0, -1).reduce<Json | undefined>(memberAt, object);
  if (last === undefined || typeof holder !== 'object' || holder === null) return;
  if (Array.isArray(holder)) {
    const at = Number(last);
    const there = holder[at];
    if ('remove' in edit) holder.splice(at, 1);
    else if ('set' in edit) holder[at] = edit.to;
    else if (there !== undefined) holder.push(structuredClone(there));
  } else if ('set' in edit) holder[last] = edit.to;
  else if ('remove' in edit) delete holder[last];
}

export function memberAt(value: Json | undefined, key: string | number): Json | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A merge patch that sets what a spot names; lists on the way are sent whole. */
export function mergePatchAt(object: JsonObject, spot: Spot, value: Json): JsonObject {
  const at = spot.path.findIndex((key) => typeof key === 'number');
  const path = at < 0 ? spot.path : spot.path.slice(0, at);
  const whole =
    at < 0
      ? value
      : (path.reduce<Json | undefined>(memberAt, edited(object, [{ set: spot.path, to: value }])) ?? null);
  const nested = path.reduceRight<Json>((inner, key) => ({ [key]: inner }), whole);
  return isObject(nested) ? nested : {};
}

/** The path of a spot as a JSON pointer. */
export function pointerOf(path: Spot['path']): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
