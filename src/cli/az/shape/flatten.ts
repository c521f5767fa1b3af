import { isObject, type Json, type JsonObject, setMember } from '../../../base/index.ts';
import { pythonTime } from './time.ts';

/** Lifts `properties` into its holder at every level, as generated commands print resources. */
export function flattenDeep(value: Json): Json {
  if (Array.isArray(value)) return value.map(flattenDeep);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (key === 'properties' && isObject(member)) {
      for (const [inner, one] of Object.entries(member)) {
        if (one !== undefined && !Object.hasOwn(value, inner)) setMember(result, inner, flattenDeep(one));
      }
    } else setMember(result, key, flattenDeep(member));
  }
  return result;
}

/** The members that a model knows: `null` any value, an object its members, a list of one its items. */
export type Model = null | typeof time | readonly [Model] | { readonly [key: string]: Model };

/** A member that is a point in time; printed with a numeric zone. */
export const time = 'time';

/** A resource as model commands print it: `properties` lifted, every known member, null when absent, nothing else. */
export function fillModel(model: Model, body: JsonObject): JsonObject {
  const { properties, ...rest } = body;
  const flat = isObject(properties) ? { ...properties, ...rest } : rest;
  const filled = fill(model, flat);
  return isObject(filled) ? filled : {};
}

function fill(model: Model, value: Json | undefined): Json {
  if (value === undefined || value === null) return null;
  if (model === null) return value;
  if (model === time) return pythonTime(value);
  if (isModelList(model)) return Array.isArray(value) ? value.map((item) => fill(model[0], item)) : value;
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, member] of Object.entries(model)) result[key] = fill(member, value[key]);
  return result;
}

function isModelList(model: Model): model is readonly [Model] {
  return Array.isArray(model);
}

/** Who made and changed a resource; in every model. */
export const systemDataModel: Model = {
  createdAt: time,
  createdBy: null,
  createdByType: null,
  lastModifiedAt: time,
  lastModifiedBy: null,
  lastModifiedByType: null,
};
