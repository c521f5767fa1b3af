import type { Json, JsonObject } from '../../base/index.ts';
import { setMember } from '../../base/index.ts';
import { formatDuration, formatTimestamp } from '../time.ts';
import {
  CelUint,
  Duration,
  ListValue,
  MapValue,
  OptionalValue,
  StructValue,
  Timestamp,
  typeOf,
  type Value,
} from '../values.ts';

/** A value has no form in JSON; the text says why. */
export class NotJson extends Error {}

/** Levels of lists and objects in one another: what is deeper is no object that anybody would store. */
const levelsLimit = 500;

/** What stands for values that have no form of their own in JSON; undefined: the text that others write for them. */
export type Odd = (value: null | CelUint | Uint8Array | Timestamp | Duration | bigint) => Json | undefined;

/**
 * What a value is in JSON. Texts stand for times, durations and bytes, and for integers that a double cannot hold. Throws
 * `NotJson`.
 */
export function toJson(value: Value, odd: Odd = () => undefined, level = 0): Json {
  if (level > levelsLimit) throw new NotJson('exceeded max depth');
  const below = (each: Value) => toJson(each, odd, level + 1);
  if (value === null) return odd(value) ?? null;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return integer(value, odd);
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw new NotJson(`json: unsupported value: ${value}`);
  }
  if (value instanceof CelUint) return odd(value) ?? integer(value.value, odd);
  if (value instanceof ListValue) return [...value].map(below);
  if (value instanceof MapValue) {
    if (value.ownType !== undefined)
      throw new NotJson(`disallowed conversion from ${JSON.stringify(value.ownType)} to ""`);
    return members(
      value.keys().map((key) => [key, value.get(key) ?? null]),
      below,
    );
  }
  if (value instanceof StructValue) return members([...value.fields], below);
  if (value instanceof Uint8Array) return odd(value) ?? Buffer.from(value).toString('base64');
  if (value instanceof Timestamp) return odd(value) ?? formatTimestamp(value);
  if (value instanceof Duration) return odd(value) ?? formatDuration(value);
  if (value instanceof OptionalValue && value.value !== undefined) return below(value.value);
  throw new NotJson(`type conversion not supported for '${typeOf(value)}'`);
}

function members(entries: readonly (readonly [Value, Value])[], below: (value: Value) => Json): JsonObject {
  const object: JsonObject = {};
  for (const [key, member] of entries) {
    if (typeof key !== 'string')
      throw new NotJson(`unsupported type conversion from '${typeOf(key)}' to string`);
    setMember(object, key, below(member));
  }
  return object;
}

function integer(value: bigint, odd: Odd): Json {
  const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return isSafe ? Number(value) : (odd(value) ?? String(value));
}

/**
 * Objects that an expression made under a name that does not fit their place, as the real server tells of them: `Object.spec` at
 * `spec` of an `Object`.
 */
export function misnamed(value: StructValue): readonly string[] {
  const problems: string[] = [];
  const look = (each: Value, path: string) => {
    if (each instanceof StructValue) {
      if (each.typeName !== path) {
        const wanted = `expected ${JSON.stringify(path)}, which matches field name path from root Object type`;
        problems.push(`unexpected type name ${JSON.stringify(each.typeName)}, ${wanted}`);
      }
      for (const [field, member] of each.fields) look(member, `${path}.${field}`);
    } else if (each instanceof ListValue) {
      for (const item of each) look(item, path);
    } else if (each instanceof MapValue && each.ownType === undefined)
      for (const key of each.keys()) look(each.get(key) ?? null, path);
  };
  look(value, value.typeName);
  return problems;
}
