/**
 * A CEL value at run time. Ints are bigint, doubles are number; the rest of the numbers and all types of the libraries
 * are classes.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | CelUint
  | ListValue
  | MapValue
  | Timestamp
  | Duration
  | OptionalValue
  | TypeValue
  | OpaqueValue;

/** An evaluation failed; the text is cel-go's. */
export class CelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CelError';
  }
}

export function noSuchOverload(): CelError {
  return new CelError('no such overload');
}

export class CelUint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** Nanoseconds. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** Nanoseconds since the Unix epoch. */
export class Timestamp {
  readonly nanos: bigint;
  /** Of the zone that it was written in, which its text keeps. */
  readonly offsetMinutes: number;

  constructor(nanos: bigint, offsetMinutes = 0) {
    this.nanos = nanos;
    this.offsetMinutes = offsetMinutes;
  }
}

export class OptionalValue {
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

export const none = new OptionalValue(undefined);

export class TypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A value of a library's own type, e.g. a quantity. */
export abstract class OpaqueValue {
  abstract readonly typeName: string;
  /** What reading it all costs, in steps. */
  get weight(): number {
    return 1;
  }
  abstract equals(other: OpaqueValue): boolean;
}

/** An object that an expression made, of a type with a name. */
export class StructValue extends OpaqueValue {
  readonly typeName: string;
  readonly fields: ReadonlyMap<string, Value>;
  #weight: number | undefined;

  constructor(typeName: string, fields: ReadonlyMap<string, Value>) {
    super();
    this.typeName = typeName;
    this.fields = fields;
  }

  /** Counted once: an object may hold another many times. */
  override get weight(): number {
    if (this.#weight === undefined) {
      let weight = 1;
      for (const [name, value] of this.fields) weight += weightOf(name) + weightOf(value);
      this.#weight = weight;
    }
    return this.#weight;
  }

  equals(other: OpaqueValue): boolean {
    if (!(other instanceof StructValue) || this.fields.size !== other.fields.size) return false;
    for (const [name, value] of this.fields) {
      const theirs = other.fields.get(name);
      if (theirs === undefined || !equals(value, theirs)) return false;
    }
    return true;
  }
}

/** A list. Those that stand for JSON make their items when asked. */
export interface ListLike {
  readonly size: number;
  at(index: number): Value;
}

export class ListValue implements ListLike {
  readonly #items: readonly Value[];
  #weight: number | undefined;

  constructor(items: readonly Value[]) {
    this.#items = items;
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): Value {
    return this.#items[index] ?? null;
  }

  /** Counted once: a list may hold another many times, and that one a third. */
  get weight(): number {
    if (this.#weight === undefined) {
      let weight = 1;
      for (const item of this.#items) weight += weightOf(item);
      this.#weight = weight;
    }
    return this.#weight;
  }

  /** How items are told apart when the list's type gives them an identity: sets and keyed lists. */
  get identity(): ((item: Value) => string) | undefined {
    return undefined;
  }

  *[Symbol.iterator](): Generator<Value> {
    const { size } = this;
    for (let i = 0; i < size; i++) yield this.at(i);
  }
}

/** How many parts a value has, all the way down: what comparing it may cost. */
export function weightOf(value: Value): number {
  if (typeof value === 'string') return 1 + value.length / 10;
  if (typeof value !== 'object' || value === null) return 1;
  if (value instanceof ListValue || value instanceof MapValue || value instanceof OpaqueValue)
    return value.weight;
  if (value instanceof Uint8Array) return 1 + value.length / 10;
  if (value instanceof OptionalValue) return value.value === undefined ? 1 : 1 + weightOf(value.value);
  return 1;
}

/** A map with keys of any kind; objects are maps by field name. */
export class MapValue {
  readonly #entries: ReadonlyMap<string, { readonly key: Value; readonly value: Value }>;
  #weight: number | undefined;
  #keys: readonly Value[] | undefined;

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    const map = new Map<string, { key: Value; value: Value }>();
    for (const [key, value] of entries) {
      const text = keyText(key);
      if (text === undefined) throw new CelError(`unsupported key type: ${typeOf(key)}`);
      map.set(text, { key, value });
    }
    this.#entries = map;
  }

  get size(): number {
    return this.#entries.size;
  }

  get weight(): number {
    if (this.#weight === undefined) {
      let weight = 1;
      for (const { key, value } of this.#entries.values()) weight += weightOf(key) + weightOf(value);
      this.#weight = weight;
    }
    return this.#weight;
  }

  has(key: Value): boolean {
    const text = keyText(key);
    return text !== undefined && this.#entries.has(text);
  }

  get(key: Value): Value | undefined {
    const text = keyText(key);
    return text === undefined ? undefined : this.#entries.get(text)?.value;
  }

  keys(): readonly Value[] {
    return (this.#keys ??= [...this.#entries.values()].map((entry) => entry.key));
  }

  /**
   * Of what is equal to itself alone, and is neither JSON nor text: its parts are worked out as somebody asks for them, so
   * that nobody knows what all of them weigh.
   */
  get ownType(): string | undefined {
    return undefined;
  }

  /** Equality with another map. */
  isEqualTo(other: MapValue): boolean {
    const isOther = this.ownType !== undefined || other.ownType !== undefined;
    if (isOther || this.size !== other.size) return false;
    for (const key of this.keys()) {
      const left = this.get(key);
      const right = other.get(key);
      if (left === undefined || right === undefined || !equals(left, right)) return false;
    }
    return true;
  }
}

/** Numbers that are equal are the same key, whatever their type. */
function keyText(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof CelUint) return `n${key.value}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'number' && Number.isInteger(key)) return `n${key}`;
  return undefined;
}

/** The name of a value's type. */
export function typeOf(value: Value): string {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      return typeOfObject(value);
  }
}

function typeOfObject(value: Exclude<Value, null | boolean | bigint | number | string>): string {
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof CelUint) return 'uint';
  if (value instanceof ListValue) return 'list';
  if (value instanceof MapValue) return value.ownType ?? 'map';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof OptionalValue) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  return value.typeName;
}

/** The number behind a numeric value, for comparisons across types. */
function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof CelUint ? value.value : undefined;
}

/** An integer beside a double is taken as a double, as near as it comes; undefined beside NaN. */
function order(a: bigint | number, b: bigint | number): number | undefined {
  const [left, right] = typeof a === typeof b ? [a, b] : [Number(a), Number(b)];
  return left < right ? -1 : left > right ? 1 : left === right ? 0 : undefined;
}

/** CEL's equality: of all types with all types, numbers by value. */
export function equals(a: Value, b: Value): boolean {
  if (a === b) return true;
  const left = numeric(a);
  if (left !== undefined) {
    const right = numeric(b);
    return right !== undefined && order(left, right) === 0;
  }
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return false;
  if (a instanceof ListValue) return b instanceof ListValue && equalLists(a, b);
  if (a instanceof MapValue) return b instanceof MapValue && a.isEqualTo(b);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof OptionalValue) return b instanceof OptionalValue && equalOptionals(a, b);
  return a instanceof OpaqueValue && b instanceof OpaqueValue && a.typeName === b.typeName && a.equals(b);
}

function equalOptionals(a: OptionalValue, b: OptionalValue): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return equals(a.value, b.value);
}

function equalLists(a: ListValue, b: ListValue): boolean {
  if (a.size !== b.size) return false;
  const identity = a.identity ?? b.identity;
  if (identity) {
    const items = new Map([...b].map((item) => [identity(item), item]));
    for (const item of a) {
      const other = items.get(identity(item));
      if (other === undefined || !equals(item, other)) return false;
    }
    return true;
  }
  for (let i = 0; i < a.size; i++) if (!equals(a.at(i), b.at(i))) return false;
  return true;
}

/** Below, at or above zero; undefined for values without an order between them. */
export function compare(a: Value, b: Value): number | undefined {
  const left = numeric(a);
  const right = numeric(b);
  if (left !== undefined && right !== undefined) return order(left, right) ?? 0;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Timestamp && b instanceof Timestamp) return compareNanos(a.nanos, b.nanos);
  if (a instanceof Duration && b instanceof Duration) return compareNanos(a.nanos, b.nanos);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return undefined;
}

function compareNanos(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code points, as UTF-8 bytes would compare. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  for (let i = 0; i < a.length && i < b.length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    const highLeft = left >= 0xd800 && left <= 0xdfff;
    const highRight = right >= 0xd800 && right <= 0xdfff;
    if (highLeft !== highRight) return highLeft ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}
