import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import { parseDuration, parseTimestamp } from '../../cel/time.ts';
import { CelError, equals, ListValue, MapValue, type Value } from '../../cel/values.ts';
import { keyElement, valueElement } from '../../merge/field-set.ts';
import type { StructuralNode } from '../structural-node.ts';
import { escapeField, fieldsOf } from './declare.ts';

/** A JSON value as CEL sees it through its schema. Lists and objects are looked into only as far as a rule asks. */
export function fromJson(value: Json, node: StructuralNode): Value {
  switch (typeof value) {
    case 'string':
      return fromText(value, node);
    case 'number':
      return node.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
    case 'bigint':
      return node.type === 'number' ? Number(value) : value;
    case 'boolean':
      return value;
    default:
      return fromCompound(value, node);
  }
}

function fromCompound(value: Json[] | JsonObject | null, node: StructuralNode): Value {
  if (value === null) return null;
  if (Array.isArray(value)) return node.items ? new JsonList(value, node, node.items) : new ListValue([]);
  if (isObject(value))
    return node.values ? new JsonMap(value, node.values) : new JsonObjectValue(value, node);
  return null;
}

function fromText(value: string, node: StructuralNode): Value {
  switch (node.format) {
    case 'date':
      return parseTimestamp(`${value}T00:00:00Z`) ?? invalidFormat('date', value);
    case 'date-time':
      return parseTimestamp(value) ?? invalidFormat('date-time', value);
    case 'duration':
      return parseDuration(value) ?? invalidFormat('duration', value);
    case 'byte':
      return new Uint8Array(Buffer.from(value, 'base64'));
    default:
      return value;
  }
}

function invalidFormat(format: string, value: string): never {
  throw new CelError(`Invalid ${format} formatted string ${value}`);
}

/** Members that were looked at: texts with a format are read once, and lists and maps know their size. */
class Members<K> {
  #made: Map<K, Value> | undefined;

  of(key: K, json: Json, node: StructuralNode): Value {
    const known = this.#made?.get(key);
    if (known !== undefined) return known;
    const value = fromJson(json, node);
    // What costs nothing to make is not worth remembering.
    if (typeof value === 'object' && value !== null) (this.#made ??= new Map()).set(key, value);
    return value;
  }
}

const weights = new WeakMap<object, number>();

/** The parts of a JSON value, counted once. */
function jsonWeight(value: Json | readonly Json[] | undefined): number {
  if (typeof value === 'string') return 1 + value.length / 10;
  if (typeof value !== 'object' || value === null) return 1;
  const known = weights.get(value);
  if (known !== undefined) return known;
  let weight = 1;
  if (Array.isArray(value)) for (const member of value) weight += jsonWeight(member);
  else for (const [key, member] of Object.entries(value)) weight += 1 + key.length / 10 + jsonWeight(member);
  weights.set(value, weight);
  return weight;
}

class JsonList extends ListValue {
  readonly #list: readonly Json[];
  readonly #node: StructuralNode;
  readonly #items: StructuralNode;
  readonly #members = new Members<number>();

  constructor(list: readonly Json[], node: StructuralNode, items: StructuralNode) {
    super([]);
    this.#list = list;
    this.#node = node;
    this.#items = items;
  }

  override get size(): number {
    return this.#list.length;
  }

  override get weight(): number {
    return jsonWeight(this.#list);
  }

  override at(index: number): Value {
    return this.#members.of(index, this.#list[index] ?? null, this.#items);
  }

  override get identity(): ((item: Value) => string) | undefined {
    const { listType, listMapKeys } = this.#node;
    if (listType === 'set') return identityOfItem;
    if (listType !== 'map') return undefined;
    return (item) => (item instanceof JsonObjectValue ? item.element(listMapKeys) : '');
  }
}

function identityOfItem(item: Value): string {
  if (typeof item === 'bigint') return `v:${item}`;
  if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean')
    return valueElement(item);
  return item instanceof JsonObjectValue ? item.element(undefined) : '';
}

/** A map with free keys. */
class JsonMap extends MapValue {
  readonly #object: JsonObject;
  readonly #values: StructuralNode;
  readonly #members = new Members<string>();
  #keys: readonly string[] | undefined;

  constructor(object: JsonObject, values: StructuralNode) {
    super();
    this.#object = object;
    this.#values = values;
  }

  override get size(): number {
    return this.keys().length;
  }

  override get weight(): number {
    return jsonWeight(this.#object);
  }

  override has(key: Value): boolean {
    return typeof key === 'string' && Object.hasOwn(this.#object, key) && this.#object[key] !== undefined;
  }

  override get(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#object, key)) return undefined;
    const member = this.#object[key];
    return member === undefined ? undefined : this.#members.of(key, member, this.#values);
  }

  override keys(): readonly string[] {
    return (this.#keys ??= Object.keys(this.#object));
  }
}

/** An object with declared fields, under their names in CEL. */
class JsonObjectValue extends MapValue {
  readonly #object: JsonObject;
  readonly #node: StructuralNode;
  readonly #members = new Members<string>();
  #keys: readonly string[] | undefined;
  /** Of all fields, also those that rules cannot see. */
  #allKeys: readonly string[] | undefined;

  constructor(object: JsonObject, node: StructuralNode) {
    super();
    this.#object = object;
    this.#node = node;
  }

  override get size(): number {
    return this.keys().length;
  }

  override get weight(): number {
    return jsonWeight(this.#object);
  }

  override has(key: Value): boolean {
    return this.#member(key) !== undefined;
  }

  override get(key: Value): Value | undefined {
    const member = this.#member(key);
    return member === undefined ? undefined : this.#members.of(String(key), member.value, member.node);
  }

  get allKeys(): readonly string[] {
    return (this.#allKeys ??= Object.keys(this.#object));
  }

  #member(key: Value): { value: Json; node: StructuralNode } | undefined {
    const field = typeof key === 'string' ? fieldsOf(this.#node).get(key) : undefined;
    const value = field && Object.hasOwn(this.#object, field.name) ? this.#object[field.name] : undefined;
    // A null field is as good as an absent one.
    return field && value !== undefined && value !== null ? { value, node: field.node } : undefined;
  }

  /** Fields that rules cannot see count too. */
  override isEqualTo(other: MapValue): boolean {
    if (!(other instanceof JsonObjectValue)) return super.isEqualTo(other);
    const keys = this.allKeys;
    if (keys.length !== other.allKeys.length) return false;
    return keys.every((key) => {
      const left = this.#object[key];
      const right = other.#object[key];
      if (left === undefined || right === undefined) return left === right;
      const node = this.#node.property(key);
      return node ? equals(fromJson(left, node), fromJson(right, node)) : jsonEqual(left, right);
    });
  }

  override keys(): readonly string[] {
    return (this.#keys ??= [...fieldsOf(this.#node)]
      .filter(([key, { name }]) => escapeField(name) === key && this.has(key))
      .map(([key]) => key));
  }

  /** What tells it from other items of its list. */
  element(keys: readonly string[] | undefined): string {
    return keys ? keyElement(keys, this.#object) : JSON.stringify(this.#object);
  }
}
