import type { SchemaNode } from '../apimachinery/contract.ts';
import { isObject, type Json, type JsonObject, jsonEqual, memberOf } from '../base/index.ts';
import { childrenOf, type FieldSet, isEmptySet, leaf, nodeOf } from './field-set.ts';
import { anyNode, isAssociative, itemElement, itemNode, itemsByElement, memberNode } from './node.ts';

/** What differs between two states of an object, as sets of paths. */
export interface Difference {
  readonly added: FieldSet | undefined;
  readonly modified: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

interface Growing {
  added: Record<string, FieldSet> | undefined;
  modified: Record<string, FieldSet> | undefined;
  removed: Record<string, FieldSet> | undefined;
}

type Members = { readonly [key: string]: Json | undefined };

const modifiedLeaf: Difference = { added: undefined, modified: leaf, removed: undefined };
const noMembers: Members = Object.freeze({});

/** Members of `metadata` that nobody owns. */
const unownedMetadata: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]);

/** Compares two states of a whole object, without what nobody owns (type, identity, server-set metadata). */
export function compareObjects(before: JsonObject, after: JsonObject, root: SchemaNode): Difference {
  const out: Growing = { added: undefined, modified: undefined, removed: undefined };
  for (const key in after) {
    if (key !== 'apiVersion' && key !== 'kind')
      compareRootMember(key, memberOf(before, key), after[key], root, out);
  }
  for (const key in before) {
    if (memberOf(after, key) === undefined && key !== 'apiVersion' && key !== 'kind') {
      compareRootMember(key, before[key], undefined, root, out);
    }
  }
  return out;
}

function compareRootMember(
  key: string,
  lhs: Json | undefined,
  rhs: Json | undefined,
  root: SchemaNode,
  out: Growing,
): void {
  if (key !== 'metadata') {
    compareMember(key, lhs, rhs, memberNode(root, key) ?? anyNode, out);
    return;
  }
  if (lhs === rhs) return;
  const node = memberNode(root, key) ?? anyNode;
  const below = compareMaps(membersOf(lhs), membersOf(rhs), node, unownedMetadata);
  if (below) attach(out, 'f:metadata', below);
}

function membersOf(value: Json | undefined): Members {
  return isObject(value) ? value : noMembers;
}

function attach(out: Growing, element: string, below: Difference): void {
  if (below.added) (out.added ??= {})[element] = below.added;
  if (below.modified) (out.modified ??= {})[element] = below.modified;
  if (below.removed) (out.removed ??= {})[element] = below.removed;
}

function compareMember(
  key: string,
  lhs: Json | undefined,
  rhs: Json | undefined,
  node: SchemaNode,
  out: Growing,
): void {
  if (lhs === rhs) return;
  const left = lhs === undefined && node.alwaysPresent ? emptyOf(node) : lhs;
  const right = rhs === undefined && node.alwaysPresent ? emptyOf(node) : rhs;
  if (left === undefined) {
    if (right !== undefined) (out.added ??= {})[`f:${key}`] = allPaths(right, node);
  } else if (right === undefined) {
    (out.removed ??= {})[`f:${key}`] = allPaths(left, node);
  } else {
    const below = compareValues(left, right, node);
    if (below) attach(out, `f:${key}`, below);
  }
}

/** What Go writes for a member that nobody has set. */
function emptyOf(node: SchemaNode): Json {
  return node.type === 'array' || node.values ? null : {};
}

function compareValues(lhs: Json, rhs: Json, node: SchemaNode): Difference | undefined {
  if (lhs === rhs) return undefined;
  const left = lhs === null && isObject(rhs) ? noMembers : lhs;
  const right = rhs === null && isObject(lhs) ? noMembers : rhs;
  if (isObject(left) && isObject(right)) {
    if (node.mapType === 'atomic' || (isEmptyObject(left) && isEmptyObject(right))) return asLeaf(lhs, rhs);
    return compareMaps(left, right, node, undefined);
  }
  if (isAssociative(node) && isListOrNull(lhs) && isListOrNull(rhs) && (lhs?.length || rhs?.length)) {
    return compareLists(lhs ?? [], rhs ?? [], node);
  }
  // What takes the place of a plain value is new down to its leaves.
  if (isObject(rhs)) return { added: undefined, modified: allPaths(rhs, node), removed: undefined };
  return asLeaf(lhs, rhs);
}

function isListOrNull(value: Json): value is Json[] | null {
  return value === null || Array.isArray(value);
}

function asLeaf(lhs: Json, rhs: Json): Difference | undefined {
  return jsonEqual(lhs, rhs) ? undefined : modifiedLeaf;
}

export function isEmptyObject(value: Members): boolean {
  for (const key in value) if (value[key] !== undefined) return false;
  return true;
}

function compareMaps(
  lhs: Members,
  rhs: Members,
  node: SchemaNode,
  skip: ReadonlySet<string> | undefined,
): Difference | undefined {
  const out: Growing = { added: undefined, modified: undefined, removed: undefined };
  for (const key in rhs) {
    const before = memberOf(lhs, key);
    if (skip?.has(key) || before === rhs[key]) continue;
    compareMember(key, before, rhs[key], memberNode(node, key) ?? anyNode, out);
  }
  for (const key in lhs) {
    if (memberOf(rhs, key) !== undefined || skip?.has(key)) continue;
    compareMember(key, lhs[key], undefined, memberNode(node, key) ?? anyNode, out);
  }
  return out.added || out.modified || out.removed ? out : undefined;
}

function compareLists(lhs: readonly Json[], rhs: readonly Json[], node: SchemaNode): Difference | undefined {
  const out: Growing = { added: undefined, modified: undefined, removed: undefined };
  const left = itemsByElement(node, lhs);
  const right = itemsByElement(node, rhs);
  for (const [element, items] of right) compareItems(element, left.get(element) ?? [], items, node, out);
  for (const [element, items] of left) {
    if (!right.has(element)) compareItems(element, items, [], node, out);
  }
  return out.added || out.modified || out.removed ? out : undefined;
}

/** Items of one element; more than one is a duplicate, which is owned as a whole. */
function compareItems(
  element: string,
  left: readonly Json[],
  right: readonly Json[],
  node: SchemaNode,
  out: Growing,
): void {
  const [lhs] = left;
  const [rhs] = right;
  if (left.length > 1 && right.length > 1) {
    if (!jsonEqual(left, right)) (out.modified ??= {})[element] = leaf;
  } else if (left.length > 1) {
    if (rhs !== undefined) (out.added ??= {})[element] = allPaths(rhs, itemNode(node));
    (out.removed ??= {})[element] = leaf;
  } else if (right.length > 1) {
    if (lhs !== undefined) (out.removed ??= {})[element] = allPaths(lhs, itemNode(node));
    (out.added ??= {})[element] = leaf;
  } else if (lhs === undefined) {
    if (rhs !== undefined) (out.added ??= {})[element] = allPaths(rhs, itemNode(node));
  } else if (rhs === undefined) {
    (out.removed ??= {})[element] = allPaths(lhs, itemNode(node));
  } else {
    const below = compareValues(lhs, rhs, itemNode(node));
    if (below) attach(out, element, below);
  }
}

/** Every path of a value, the ways to them included; what a new value adds. */
function allPaths(value: Json, node: SchemaNode): FieldSet {
  if (isObject(value)) {
    if (node.mapType === 'atomic' || isEmptyObject(value)) return leaf;
    const paths: Record<string, FieldSet> = { '.': leaf };
    for (const key in value) {
      const member = value[key];
      if (member !== undefined) paths[`f:${key}`] = allPaths(member, memberNode(node, key) ?? anyNode);
    }
    return paths;
  }
  if (Array.isArray(value) && value.length > 0 && isAssociative(node)) {
    const paths: Record<string, FieldSet> = { '.': leaf };
    for (const [element, items] of itemsByElement(node, value)) {
      const [item] = items;
      paths[element] = items.length > 1 || item === undefined ? leaf : allPaths(item, itemNode(node));
    }
    return paths;
  }
  return leaf;
}

/**
 * The paths that a configuration speaks about (what its applier owns): unlike `allPaths`, a declared field that holds
 * more fields is not owned itself.
 */
export function ownedPaths(config: JsonObject, root: SchemaNode): FieldSet {
  const set: Record<string, FieldSet> = {};
  for (const [key, value] of Object.entries(config)) {
    if (key === 'apiVersion' || key === 'kind' || value === undefined) continue;
    const node = memberNode(root, key) ?? anyNode;
    if (key !== 'metadata')
      addOwned(set, `f:${key}`, value, { node, declared: root.field(key) !== undefined });
    else if (isObject(value)) {
      const below = ownedMembers(value, node, unownedMetadata);
      if (!isEmptySet(below)) set['f:metadata'] = below;
    }
  }
  return set;
}

/** Like `ownedPaths`, with the paths that nobody owns. */
export function ownedPathsWithIdentity(object: JsonObject, root: SchemaNode): FieldSet {
  return ownedMembers(object, root, undefined);
}

function ownedMembers(value: Members, node: SchemaNode, skip: ReadonlySet<string> | undefined): FieldSet {
  const set: Record<string, FieldSet> = {};
  for (const key in value) {
    const member = value[key];
    if (member === undefined || skip?.has(key)) continue;
    const below = memberNode(node, key) ?? anyNode;
    addOwned(set, `f:${key}`, member, { node: below, declared: node.field(key) !== undefined });
  }
  return set;
}

function addOwned(
  set: Record<string, FieldSet>,
  element: string,
  value: Json,
  place: { node: SchemaNode; declared: boolean },
): void {
  const owned = ownedBelow(value, place.node, !place.declared);
  if (owned) set[element] = owned;
}

function ownedBelow(value: Json, node: SchemaNode, asMember: boolean): FieldSet | undefined {
  if (isObject(value)) {
    if (node.mapType === 'atomic' || isEmptyObject(value)) return leaf;
    return nodeOf(asMember, ownedMembers(value, node, undefined));
  }
  if (!Array.isArray(value) || !isAssociative(node)) return leaf;
  const set: Record<string, FieldSet> = {};
  for (const [element, items] of itemsByElement(node, value)) {
    const [item] = items;
    set[element] =
      items.length > 1 || item === undefined ? leaf : (ownedBelow(item, itemNode(node), true) ?? leaf);
  }
  return nodeOf(asMember, set);
}

/** The set with every declared field on the way to a path as a path of its own. */
export function withDeclaredFields(set: FieldSet, node: SchemaNode): FieldSet {
  const result: Record<string, FieldSet> = {};
  for (const element in set) {
    const own = set[element];
    if (element === '.' || !own) continue;
    const isField = element.startsWith('f:');
    const name = element.slice(2);
    const below = isField ? memberNode(node, name) : node.items;
    const children = withDeclaredFields(own, below ?? anyNode);
    const member = isEmptySet(own) || own['.'] !== undefined || (isField && node.field(name) !== undefined);
    const kept = nodeOf(member, children);
    if (kept) result[element] = kept;
  }
  return result;
}

/** Ownership below a map or list that the schema has made atomic since is drawn together on the map or list. */
export function followSchema(set: FieldSet, node: SchemaNode): FieldSet {
  let changed: Record<string, FieldSet> | undefined;
  for (const element in set) {
    const own = set[element];
    if (element === '.' || !own) continue;
    const below = element.startsWith('f:') ? memberNode(node, element.slice(2)) : node.items;
    if (!below || below.type === 'any' || isEmptySet(own)) continue;
    const followed = isAtomic(below) && !isEmptySet(childrenOf(own)) ? leaf : followSchema(own, below);
    if (followed !== own) (changed ??= { ...set })[element] = followed;
  }
  return changed ?? set;
}

function isAtomic(node: SchemaNode): boolean {
  return node.type === 'array' ? !isAssociative(node) : node.type === 'object' && node.mapType === 'atomic';
}

/** The element of an item of an associative list; undefined when it has none. */
export function elementOf(node: SchemaNode, item: Json): string | undefined {
  const found = itemElement(node, item);
  return 'element' in found ? found.element : undefined;
}
