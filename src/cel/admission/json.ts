import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { ListValue, MapValue, type Value } from '../values.ts';

/** A JSON value without a schema. Lists and objects are looked into only as far as an expression asks. */
export function fromJson(value: Json | undefined): Value {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return new List(value);
  if (isObject(value)) return new Members(value);
  return value ?? null;
}

class List extends ListValue {
  readonly #list: readonly Json[];

  constructor(list: readonly Json[]) {
    super([]);
    this.#list = list;
  }

  override get size(): number {
    return this.#list.length;
  }

  override get weight(): number {
    return weightOf(this.#list);
  }

  override at(index: number): Value {
    return fromJson(this.#list[index]);
  }
}

class Members extends MapValue {
  readonly #object: JsonObject;
  #keys: readonly string[] | undefined;

  constructor(object: JsonObject) {
    super();
    this.#object = object;
  }

  override get size(): number {
    return this.keys().length;
  }

  override get weight(): number {
    return weightOf(this.#object);
  }

  override has(key: Value): boolean {
    return typeof key === 'string' && Object.hasOwn(this.#object, key) && this.#object[key] !== undefined;
  }

  override get(key: Value): Value | undefined {
    return typeof key === 'string' && this.has(key) ? fromJson(this.#object[key]) : undefined;
  }

  override keys(): readonly string[] {
    this.#keys ??= Object.keys(this.#object).filter((key) => this.#object[key] !== undefined);
    return this.#keys;
  }
}

const weights = new WeakMap<object, number>();

/** The parts of a value, counted once. */
function weightOf(value: Json | readonly Json[] | undefined): number {
  if (typeof value === 'string') return 1 + value.length / 10;
  if (typeof value !== 'object' || value === null) return 1;
  const known = weights.get(value);
  if (known !== undefined) return known;
  let weight = 1;
  for (const [key, member] of Object.entries(value)) weight += 1 + key.length / 10 + weightOf(member);
  weights.set(value, weight);
  return weight;
}
