import type { SchemaNode } from '../apimachinery/contract.ts';
import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { keyElement, valueElement } from './field-set.ts';

/** A value without schema: its maps merge member by member, its lists are replaced whole. */
export const anyNode: SchemaNode = { type: 'any', field: () => undefined, fieldNames: () => [] };

/** The node of a member; undefined when the schema does not know it. */
export function memberNode(node: SchemaNode, name: string): SchemaNode | undefined {
  if (node.type === 'any') return anyNode;
  const declared = node.field(name) ?? node.values;
  if (declared) return declared;
  return node.preserveUnknown ? anyNode : undefined;
}

/** True for a list whose items are owned one by one. */
export function isAssociative(node: SchemaNode): boolean {
  return node.listType === 'map' || node.listType === 'set';
}

export function itemNode(node: SchemaNode): SchemaNode {
  return node.items ?? anyNode;
}

/** The path element of an item of an associative list, or the reason why it has none. */
export function itemElement(node: SchemaNode, item: Json): { element: string } | { problem: string } {
  if (node.listType === 'set') return setElement(item);
  if (item === null) return { problem: 'associative list with keys may not have a null element' };
  if (!isObject(item)) return { problem: 'associative list with keys may not have non-map elements' };
  const keys = node.listMapKeys ?? [];
  const members = withKeyDefaults(node, keys, item);
  if (!keys.some((key) => members[key] !== undefined)) {
    const names = keys.map((key) => JSON.stringify(key)).join(' ');
    return {
      problem: `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    };
  }
  return { element: keyElement(keys, members) };
}

function setElement(item: Json): { element: string } | { problem: string } {
  if (item === null)
    return { problem: "associative list without keys has an element that's an explicit null" };
  if (Array.isArray(item)) return { problem: 'not supported: associative list with lists as elements' };
  if (isObject(item)) {
    return { problem: "associative list without keys has an element that's a map type" };
  }
  return { element: valueElement(item) };
}

function withKeyDefaults(node: SchemaNode, keys: readonly string[], item: JsonObject): JsonObject {
  let members = item;
  for (const key of keys) {
    if (item[key] !== undefined) continue;
    const fallback = node.items?.field(key)?.default;
    if (fallback === undefined) continue;
    if (members === item) members = { ...item };
    members[key] = fallback;
  }
  return members;
}

/** Items of an associative list by element, in order; items without an element are left out. */
export function itemsByElement(node: SchemaNode, list: readonly Json[]): Map<string, Json[]> {
  const items = new Map<string, Json[]>();
  for (const item of list) {
    const found = itemElement(node, item);
    if ('problem' in found) continue;
    const same = items.get(found.element);
    if (same) same.push(item);
    else items.set(found.element, [item]);
  }
  return items;
}
