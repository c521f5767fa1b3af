import type { SchemaNode } from '../apimachinery/contract.ts';
import { isObject, type Json, type JsonObject, memberOf, setMember } from '../base/index.ts';
import { elementOf, isEmptyObject } from './compare.ts';
import { childrenOf, type FieldSet, hasElement, isEmptySet } from './field-set.ts';
import { anyNode, isAssociative, itemNode, memberNode } from './node.ts';

/** The live object with a configuration laid over it: maps by member, associative lists by key, the rest replaced. */
export function mergeObjects(live: JsonObject, config: JsonObject, root: SchemaNode): JsonObject {
  return mergeMaps(live, config, root);
}

function mergeMaps(lhs: JsonObject, rhs: JsonObject, node: SchemaNode): JsonObject {
  const merged: JsonObject = {};
  for (const key of Object.keys(lhs)) {
    const value = mergeValues(lhs[key], memberOf(rhs, key), memberNode(node, key) ?? anyNode);
    if (value !== undefined) setMember(merged, key, value);
  }
  for (const key of Object.keys(rhs)) {
    if (memberOf(lhs, key) === undefined && rhs[key] !== undefined) {
      const value = mergeValues(undefined, rhs[key], memberNode(node, key) ?? anyNode);
      if (value !== undefined) setMember(merged, key, value);
    }
  }
  return merged;
}

function mergeValues(lhs: Json | undefined, rhs: Json | undefined, node: SchemaNode): Json | undefined {
  if (rhs === undefined) return lhs;
  if (lhs === undefined) return rhs;
  if (mapLike(lhs) && mapLike(rhs) && (isObject(lhs) || isObject(rhs))) {
    const left = lhs ?? {};
    const right = rhs ?? {};
    if (node.mapType === 'atomic' || (isEmptyObject(left) && isEmptyObject(right))) return rhs;
    return mergeMaps(left, right, node);
  }
  if (isAssociative(node) && listLike(lhs) && listLike(rhs) && (lhs?.length || rhs?.length)) {
    return mergeLists(lhs ?? [], rhs ?? [], node);
  }
  return rhs;
}

function mapLike(value: Json): value is JsonObject | null {
  return value === null || isObject(value);
}

function listLike(value: Json): value is Json[] | null {
  return value === null || Array.isArray(value);
}

/**
 * Both lists in one: items of the configuration keep its order, items that only the live list has stay in front of the
 * item that they stood in front of.
 */
function mergeLists(lhs: readonly Json[], rhs: readonly Json[], node: SchemaNode): Json[] {
  const left = lhs.map((item) => elementOf(node, item) ?? '');
  const right = rhs.map((item) => elementOf(node, item) ?? '');
  const leftItems = new Map<string, Json | undefined>();
  for (const [i, element] of left.entries()) {
    // A duplicate has no one item to merge with.
    leftItems.set(element, leftItems.has(element) ? undefined : lhs[i]);
  }
  const inRight = new Set(right);
  const shared = right.filter((element) => leftItems.has(element));
  const done = new Set<string>();
  const out: Json[] = [];
  let nextShared = 0;
  const takeRight = (i: number) => {
    const element = right[i] ?? '';
    done.add(element);
    const item = mergeValues(leftItems.get(element), rhs[i], itemNode(node));
    if (item !== undefined) out.push(item);
    if (shared[nextShared] === element) nextShared++;
  };
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const element = left[l];
    if (element !== undefined && r < right.length) {
      if (element === right[r]) {
        takeRight(r++);
        l++;
        continue;
      }
      if (inRight.has(element) && nextShared < shared.length && shared[nextShared] !== element) {
        l++;
        continue;
      }
    }
    if (element !== undefined) {
      if (!inRight.has(element)) {
        const item = lhs[l++];
        if (item !== undefined) out.push(item);
        continue;
      }
      if (done.has(element)) l++;
    }
    if (r < right.length) takeRight(r++);
  }
  return out;
}

/** The object without the given paths; a map or list that loses its last member goes too. */
export function removePaths(object: JsonObject, paths: FieldSet, root: SchemaNode): JsonObject {
  if (isEmptySet(paths)) return object;
  const rest = removeBelow(object, paths, root);
  return isObject(rest) ? rest : {};
}

function removeBelow(value: Json, paths: FieldSet, node: SchemaNode): Json | undefined {
  if (isObject(value)) {
    if (isEmptyObject(value) || node.mapType === 'atomic') return emptied(node);
    const rest: JsonObject = {};
    for (const key of Object.keys(value)) {
      const kept = keptPart(value[key], `f:${key}`, { paths, node: memberNode(node, key) ?? anyNode });
      if (kept !== undefined) setMember(rest, key, kept);
    }
    return isEmptyObject(rest) ? emptied(node) : rest;
  }
  if (!Array.isArray(value)) return value;
  if (!isAssociative(node)) return emptied(node);
  const rest: Json[] = [];
  for (const item of value) {
    const kept = keptPart(item, elementOf(node, item) ?? '', { paths, node: itemNode(node) });
    if (kept !== undefined) rest.push(kept);
  }
  return rest.length > 0 ? rest : emptied(node);
}

function keptPart(
  value: Json | undefined,
  element: string,
  place: { paths: FieldSet; node: SchemaNode },
): Json | undefined {
  if (value === undefined || hasElement(place.paths, element)) return undefined;
  const below = place.paths[element];
  if (!below || isEmptySet(childrenOf(below))) return value;
  return removeBelow(value, childrenOf(below), place.node);
}

/** A null that its field does not allow would be pruned at once: it is left out. */
function emptied(node: SchemaNode): Json | undefined {
  return node.nullable ? null : undefined;
}
