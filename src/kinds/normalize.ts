import { canonicalQuantity, formatQuantity, parseQuantity } from '../apimachinery/quantity.ts';
import { canonicalMicroTime, canonicalTime } from '../apimachinery/timestamps.ts';
import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { type FieldFacts, requireType, type Scalar, type TypeRef } from './catalog.ts';
import type { TypeDefaults } from './defaults/fill.ts';
import { defaultsOf } from './defaults/index.ts';

/** What a type's fields ask for when an object is brought to its stored form. */
interface Plan {
  readonly fields: ReadonlyMap<string, FieldFacts>;
  readonly alwaysWritten: readonly FieldFacts[];
  /** Fields with a default of their own that is not the zero value. */
  readonly defaulted: readonly FieldFacts[];
  readonly typeDefaults: TypeDefaults | undefined;
  /** Its lists of amounts of resources are kept to thousandths. */
  readonly roundsAmounts: boolean;
}

const plans = new Map<string, Plan>();

function planOf(type: string): Plan {
  const known = plans.get(type);
  if (known) return known;
  const { fields } = requireType(type);
  const all = [...fields.values()];
  const plan: Plan = {
    fields,
    alwaysWritten: all.filter((field) => field.alwaysWritten),
    defaulted: all.filter((field) => field.default !== undefined && (field.pointer || field.default)),
    typeDefaults: defaultsOf(type),
    roundsAmounts: type.startsWith('core.v1.') && all.some((field) => isAmounts(field.type)),
  };
  plans.set(type, plan);
  return plan;
}

/**
 * Brings an object of a built-in type to the form that a Go server stores and prints: members that a Go struct could not
 * tell from absent ones (null, empty lists, zero values of plain fields) go, members that a Go struct always prints come, quantities
 * and times take their canonical form; then the type's defaults fill what is absent. Members that the type does not know, and values of a wrong type, stay.
 */
export function normalize(object: JsonObject, type: string): void {
  const plan = planOf(type);
  for (const name of Object.keys(object)) {
    const field = plan.fields.get(name);
    const value = object[name];
    if (!field || value === undefined) continue;
    const kept = normalValue(value, field.type);
    if (plan.roundsAmounts && isAmounts(field.type)) roundUp(kept);
    if (kept === undefined || (!field.pointer && !field.alwaysWritten && isZero(kept, field.type))) {
      delete object[name];
    } else {
      object[name] = kept;
    }
  }
  fillAbsent(object, plan);
}

const blanks = new Map<string, JsonObject>();

/** The members that a Go server prints of a value that nobody has set, without defaults. Shared and frozen. */
export function blankOf(type: string): JsonObject {
  const known = blanks.get(type);
  if (known) return known;
  const blank: JsonObject = {};
  for (const { name, type: fieldType, pointer } of planOf(type).alwaysWritten) {
    blank[name] =
      fieldType.is === 'object' && !pointer ? blankOf(fieldType.name) : zeroOf(fieldType, pointer);
  }
  blanks.set(type, Object.freeze(blank));
  return blank;
}

/** Clears the status of a normal object: what stands there instead is what `normalize` would put. */
export function clearStatus(object: JsonObject, type: string): void {
  delete object['status'];
  fillAbsent(object, planOf(type));
}

function fillAbsent(object: JsonObject, plan: Plan): void {
  for (const field of plan.alwaysWritten) {
    if (object[field.name] === undefined) object[field.name] = zeroOf(field.type, field.pointer);
  }
  for (const { name, default: value } of plan.defaulted) {
    if (object[name] === undefined && value !== undefined) object[name] = value;
  }
  plan.typeDefaults?.(object);
}

function isAmounts(type: TypeRef): boolean {
  return type.is === 'map' && type.of.is === 'scalar' && type.of.scalar === 'Quantity';
}

const nanoPerMilli = 1_000_000n;

/** Brings amounts that are finer than thousandths up to the next one, away from zero. */
function roundUp(amounts: Json | undefined): void {
  if (!isObject(amounts)) return;
  for (const [name, value] of Object.entries(amounts)) {
    // Only these two units are finer; all else is left as it is without being read again.
    if (typeof value !== 'string' || !/[nu]$/.test(value)) continue;
    const quantity = parseQuantity(value);
    if (!quantity) continue;
    const over = quantity.nano % nanoPerMilli;
    if (over === 0n) continue;
    const nano = quantity.nano - over + (over > 0n ? nanoPerMilli : -nanoPerMilli);
    amounts[name] = formatQuantity({ ...quantity, nano });
  }
}

/** The value in canonical form; undefined for what a Go decoder would not keep (null, an empty list or map). */
function normalValue(value: Json, type: TypeRef): Json | undefined {
  if (value === null) return undefined;
  switch (type.is) {
    case 'object':
      if (isObject(value)) normalize(value, type.name);
      return value;
    case 'list': {
      if (!Array.isArray(value)) return value;
      if (value.length === 0) return undefined;
      for (let i = 0; i < value.length; i++) value[i] = normalItem(value[i] ?? null, type.of);
      return value;
    }
    case 'map': {
      if (!isObject(value)) return value;
      const names = Object.keys(value);
      if (names.length === 0) return undefined;
      for (const name of names) value[name] = normalItem(value[name] ?? null, type.of);
      return value;
    }
    case 'scalar':
      return normalScalar(value, type.scalar);
  }
}

function normalItem(value: Json, type: TypeRef): Json {
  return normalValue(value, type) ?? zeroOf(type, false);
}

function normalScalar(value: Json, scalar: Scalar): Json {
  switch (scalar) {
    case 'Quantity':
      return canonicalQuantity(value) ?? value;
    case 'Time':
      return typeof value === 'string' ? (canonicalTime(value) ?? value) : value;
    case 'MicroTime':
      return typeof value === 'string' ? (canonicalMicroTime(value) ?? value) : value;
    default:
      return value;
  }
}

function isZero(value: Json, type: TypeRef): boolean {
  if (type.is !== 'scalar') return false;
  switch (type.scalar) {
    case 'Quantity':
    case 'IntOrString':
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
      return false;
    default:
      return value === '' || value === 0 || value === false;
  }
}

function zeroOf(type: TypeRef, pointer: boolean): Json {
  if (pointer) return null;
  if (type.is === 'list' || type.is === 'map') return null;
  if (type.is === 'object') {
    const empty: JsonObject = {};
    normalize(empty, type.name);
    return empty;
  }
  switch (type.scalar) {
    case 'string':
      return '';
    case 'int32':
    case 'int64':
    case 'double':
    case 'IntOrString':
      return 0;
    case 'bool':
      return false;
    case 'Quantity':
      return '0';
    default:
      return null;
  }
}
