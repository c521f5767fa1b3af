import { isObject, type Json, type JsonObject } from '../base/index.ts';

/** What may stand at a place of a body: the word of a scalar, a list, a map of any names (`*`), an object by member. */
export type Shape = 'text' | 'integer' | 'number' | 'boolean' | 'any' | readonly Shape[] | ShapeMap;

export interface ShapeMap {
  readonly [member: string]: Shape;
}

/** How a provider words the two faults of a body that does not fit. `path` is the place, e.g. `properties.count`. */
export interface ShapeFaults {
  wrongType(path: string, found: string, wanted: string): Error;
  /** Undefined: members that nobody knows are kept. */
  unknown?(path: string, name: string): Error;
  /** True: texts that spell a number or a boolean count as one, numbers and booleans as their text. */
  readonly coerces?: true;
}

/**
 * The value with the members of every object in the casing of its shape, as services that ignore the case of member
 * names read it, without the members that are null. Throws the fault of the first place that does not fit.
 */
export function conform(
  value: Json,
  shape: Shape,
  at: { readonly path: string; readonly faults: ShapeFaults },
): Json {
  return isConformed(value, shape) ? value : conformValue(value, shape, at);
}

/** True when conforming would change nothing: most bodies are written as the documentation has it, and need no copy. */
function isConformed(value: Json | undefined, shape: Shape): boolean {
  if (shape === 'any') return true;
  if (shape === 'text') return typeof value === 'string';
  if (shape === 'boolean') return typeof value === 'boolean';
  if (shape === 'number') return typeof value === 'number';
  if (shape === 'integer') return Number.isInteger(value);
  if (isList(shape)) {
    const item = shape[0] ?? 'any';
    return Array.isArray(value) && value.every((one) => one === null || isConformed(one, item));
  }
  if (!isObject(value)) return false;
  const every = Object.hasOwn(shape, '*') ? shape['*'] : undefined;
  for (const name of Object.keys(value)) {
    const member = value[name];
    const inner = every ?? (Object.hasOwn(shape, name) ? shape[name] : undefined);
    if (inner === undefined || member === null || member === undefined) return false;
    if (!isConformed(member, inner)) return false;
  }
  return true;
}

function conformValue(
  value: Json,
  shape: Shape,
  at: { readonly path: string; readonly faults: ShapeFaults },
): Json {
  if (shape === 'any') return value;
  if (typeof shape === 'string') return conformScalar(value, shape, at);
  if (isList(shape)) {
    if (!Array.isArray(value)) throw at.faults.wrongType(at.path, kindOf(value), 'slice');
    const item = shape[0] ?? 'any';
    return value.map((one, index) =>
      one === null ? one : conformValue(one, item, { ...at, path: `${at.path}[${index}]` }),
    );
  }
  if (!isObject(value)) throw at.faults.wrongType(at.path, kindOf(value), '*' in shape ? 'map' : 'object');
  return conformObject(value, shape, at);
}

function conformObject(
  value: JsonObject,
  shape: ShapeMap,
  at: { readonly path: string; readonly faults: ShapeFaults },
): JsonObject {
  const every = Object.hasOwn(shape, '*') ? shape['*'] : undefined;
  const members = new Map<string, Json>();
  for (const [sent, member] of Object.entries(value)) {
    const name = every === undefined ? memberNames(shape).get(sent.toLowerCase()) : sent;
    if (name === undefined && at.faults.unknown) throw at.faults.unknown(at.path, sent);
    const inner = every ?? (name === undefined ? 'any' : shape[name]) ?? 'any';
    const path = `${at.path}.${name ?? sent}`;
    if (member === null || member === undefined) members.delete(name ?? sent);
    else members.set(name ?? sent, conformValue(member, inner, { ...at, path }));
  }
  return Object.fromEntries(members);
}

function conformScalar(
  value: Json,
  wanted: 'text' | 'integer' | 'number' | 'boolean',
  { path, faults }: { readonly path: string; readonly faults: ShapeFaults },
): Json {
  const read = faults.coerces ? coerced(value, wanted) : value;
  const fits =
    wanted === 'text'
      ? typeof read === 'string'
      : wanted === 'integer'
        ? Number.isInteger(read)
        : typeof read === wanted;
  if (!fits) throw faults.wrongType(path, faults.coerces ? excerpt(value) : kindOf(value), goTypes[wanted]);
  return read;
}

/** The start of a value, for a sentence about it. */
function excerpt(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > excerptCharacters ? `${text.slice(0, excerptCharacters)}...` : text;
}

const excerptCharacters = 100;

function coerced(value: Json, wanted: 'text' | 'integer' | 'number' | 'boolean'): Json {
  if (wanted === 'text')
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof value !== 'string') return value;
  if (wanted === 'boolean') return /^(?:true|false)$/i.test(value) ? value.toLowerCase() === 'true' : value;
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value;
}

const goTypes = { text: 'string', integer: 'int32', number: 'float64', boolean: 'bool' } as const;

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'number';
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`;
  return value === null ? 'null' : typeof value;
}

const namesOfShapes = new WeakMap<object, ReadonlyMap<string, string>>();

function memberNames(shape: ShapeMap): ReadonlyMap<string, string> {
  const known = namesOfShapes.get(shape);
  if (known) return known;
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  namesOfShapes.set(shape, names);
  return names;
}

function isList(shape: Shape): shape is readonly Shape[] {
  return Array.isArray(shape);
}
