import { isObject, type Json, jsonEqual } from '../base/index.ts';
import { keyElement } from '../merge/field-set.ts';
import type { StructuralNode } from './structural-node.ts';

/**
 * The old value that a new value came from, when the two can be told to be the same thing: members of objects by name,
 * items of keyed lists by key. Items of other lists have no past.
 */
export class Correlation {
  readonly value: Json;
  readonly old: Json;
  readonly #node: StructuralNode;
  #equal: boolean | undefined;
  #oldItems: Map<string, Json> | undefined;

  constructor(value: Json, old: Json, node: StructuralNode) {
    this.value = value;
    this.old = old;
    this.#node = node;
  }

  /** True when nothing changed here or below. */
  get unchanged(): boolean {
    this.#equal ??= jsonEqual(this.value, this.old);
    return this.#equal;
  }

  member(name: string): Correlation | undefined {
    const { value, old } = this;
    if (!isObject(value) || !isObject(old)) return undefined;
    const now = value[name];
    const before = old[name];
    const node = this.#node.property(name) ?? this.#node.values;
    if (now === undefined || before === undefined || !node) return undefined;
    return new Correlation(now, before, node);
  }

  item(index: number): Correlation | undefined {
    const { value, old } = this;
    const { items, listType, listMapKeys } = this.#node;
    if (!Array.isArray(value) || !Array.isArray(old) || !items || listType !== 'map') return undefined;
    const item = value[index];
    if (!isObject(item)) return undefined;
    this.#oldItems ??= byKeys(old, listMapKeys);
    const before = this.#oldItems.get(keyElement(listMapKeys, item));
    return before === undefined ? undefined : new Correlation(item, before, items);
  }
}

function byKeys(list: readonly Json[], keys: readonly string[]): Map<string, Json> {
  const items = new Map<string, Json>();
  for (const item of list) if (isObject(item)) items.set(keyElement(keys, item), item);
  return items;
}
