import type { SchemaNode } from '../../apimachinery/contract.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { misnamed, NotJson, type Odd, toJson } from '../../cel/admission/to-json.ts';
import { formatDuration, formatTimestamp } from '../../cel/time.ts';
import {
  CelUint,
  Duration,
  ListValue,
  StructValue,
  type Timestamp,
  type Value,
  weightOf,
} from '../../cel/values.ts';
import { applyJsonPatch, GoValue, layOver, NotApplied, PatchError } from '../../merge/index.ts';

/** A policy cannot change an object; the text is the real server's. */
export class NotPatched extends Error {}

/** The object with a configuration that an expression made laid over it. Throws `NotPatched`. */
export function withConfiguration(object: JsonObject, made: Value, schema: SchemaNode): JsonObject {
  if (!(made instanceof StructValue)) throw new NotPatched('unsupported return type from ApplyConfiguration');
  checkSize(made);
  checkNames(made);
  const { apiVersion, kind } = object;
  const config = configurationOf(made);
  try {
    // What it is, an object knows itself.
    return layOver(object, { ...config, apiVersion, kind }, schema);
  } catch (thrown) {
    if (thrown instanceof NotApplied) throw new NotPatched(`error applying patch: ${thrown.message}`);
    throw thrown;
  }
}

/** The object after operations that an expression made; undefined when one of them tests for what is not so. Throws `NotPatched`. */
export function withOperations(object: JsonObject, made: Value): JsonObject | undefined {
  if (!(made instanceof ListValue)) throw new NotPatched('type mismatch: no array of JSONPatch');
  checkSize(made);
  const operations = [...made].map(operationOf);
  try {
    return applyJsonPatch(object, operations);
  } catch (thrown) {
    if (!(thrown instanceof PatchError)) throw thrown;
    const why = thrown.explanation?.() ?? thrown.message;
    // Testing is how a patch finds out whether it is meant.
    if (why.startsWith('testing ')) return undefined;
    throw new NotPatched(`JSON Patch: ${why}`);
  }
}

/** Parts of what an expression makes, ten characters of a text for one: more than any object that could be stored has. */
const partsLimit = 1_000_000;

/** Values that hold one another many times over cost an expression little, and as JSON as much as all of their copies. */
function checkSize(made: Value): void {
  let parts: number;
  try {
    parts = weightOf(made);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new NotPatched('exceeded max depth');
  }
  if (parts > partsLimit) throw new NotPatched(`what it makes has more than ${partsLimit} parts`);
}

function operationOf(made: Value): Json {
  if (!(made instanceof StructValue)) throw new NotPatched('type mismatch: no JSONPatch');
  const text = (name: string): string => {
    const value = made.fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const [from, value] = [text('from'), made.fields.get('value')];
  if (value instanceof StructValue) checkNames(value);
  const cannot = 'JSONPath valueExpression evaluated to a type that could not marshal to JSON';
  return {
    op: text('op'),
    path: text('path'),
    ...(from === '' ? {} : { from }),
    ...(value === undefined ? {} : { value: jsonOf(value, cannot) }),
  };
}

function checkNames(made: StructValue): void {
  const problems = misnamed(made);
  if (problems.length > 0) throw new NotPatched(`type mismatch: ${problems.join('\n')}`);
}

/** With what Go keeps of values that a schema cannot know; keys that are no texts make no object at all. */
function configurationOf(made: StructValue): JsonObject {
  try {
    const config = toJson(made, goValue);
    if (isObject(config)) return config;
  } catch (thrown) {
    if (!(thrown instanceof NotJson)) throw thrown;
  }
  throw new NotPatched('invalid return type: *dynamic.ObjectVal');
}

function goValue(value: Parameters<Odd>[0]): Json {
  // A stand-in among JSON: the check of types, which comes next, lets none of them through.
  return asGo(value) as unknown as Json;
}

function asGo(value: Parameters<Odd>[0]): GoValue | bigint | number {
  if (typeof value === 'bigint') return value;
  if (value === null) return new GoValue('NULL_VALUE', '0', 'structpb.NullValue');
  if (value instanceof CelUint)
    return new GoValue(`${value.value}`, `0x${value.value.toString(16)}`, 'uint64');
  if (value instanceof Uint8Array) {
    const bytes = [...value].map((byte) => `0x${byte.toString(16)}`);
    return new GoValue(`[${[...value].join(' ')}]`, `[]uint8{${bytes.join(', ')}}`, '[]uint8');
  }
  if (value instanceof Duration) return new GoValue(formatDuration(value), `${value.nanos}`, 'time.Duration');
  return new GoValue(formatTimestamp(value), `time.Date(${dateParts(value)})`, 'time.Time');
}

function dateParts(time: Timestamp): string {
  const date = new Date(Number(time.nanos / 1_000_000n));
  const month = date.toLocaleString('en-US', { month: 'long', timeZone: 'UTC' });
  const parts = [date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  return [
    date.getUTCFullYear(),
    `time.${month}`,
    ...parts,
    `${time.nanos % 1_000_000_000n}`,
    'time.UTC',
  ].join(', ');
}

function jsonOf(value: Value, cannot: string): Json {
  try {
    return toJson(value);
  } catch (thrown) {
    if (thrown instanceof NotJson) throw new NotPatched(`${cannot}: ${thrown.message}`);
    throw thrown;
  }
}
