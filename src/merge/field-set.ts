import { isObject, type Json, type JsonObject, parseJson } from '../base/index.ts';

/**
 * A set of field paths in the very form that `FieldsV1` has on the wire: a tree whose keys are path elements
 * (`f:name`, `k:{"name":"x"}`, `v:"x"`). A path belongs to the set when its node is empty or holds `.`. Trees are never
 * changed once built, so that they are shared between objects, and reading or writing one needs no conversion.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

interface GrowingSet {
  [element: string]: FieldSet;
}

/** The node of a path that has no paths below it; at the top: the empty set. */
export const leaf: FieldSet = Object.freeze({});

/** Reads `fieldsV1` as this server writes it; anything that is not an object is the empty set. */
export function fieldSetOf(fieldsV1: Json | undefined): FieldSet {
  return isFieldSet(fieldsV1) ? fieldsV1 : leaf;
}

function isFieldSet(value: unknown): value is FieldSet {
  return isObject(value);
}

/** The set as a JSON value for `fieldsV1`. */
export function fieldsV1Of(set: FieldSet): JsonObject {
  const json: unknown = set;
  return isObject(json) ? json : {};
}

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** True when the node itself is a path of the set, not only on the way to others. */
function isMember(node: FieldSet): boolean {
  return node['.'] !== undefined || isEmptySet(node);
}

/** A node from its children and whether it is a path itself; undefined when neither. */
export function nodeOf(member: boolean, children: FieldSet | undefined): FieldSet | undefined {
  if (children === undefined || isEmptySet(children)) return member ? leaf : undefined;
  return member ? { '.': leaf, ...children } : children;
}

/** The union of two sets or nodes of the same path. */
export function union(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  const merged: GrowingSet = {};
  if (isMember(a) || isMember(b)) merged['.'] = leaf;
  for (const element in a) {
    const other = b[element];
    const own = a[element];
    if (element !== '.' && own) merged[element] = other ? (union(own, other) ?? own) : own;
  }
  for (const element in b) {
    const own = b[element];
    if (element !== '.' && own && a[element] === undefined) merged[element] = own;
  }
  return closed(merged);
}

/** The union of two whole sets, where an empty tree means nothing. */
export function unionOfSets(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a)) return b;
  if (isEmptySet(b)) return a;
  return withoutSelf(union(a, b) ?? leaf);
}

/** The paths that are in both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: GrowingSet = {};
  for (const element in a) {
    const own = a[element];
    const other = b[element];
    if (element === '.' || !own || !other) continue;
    const node = nodeOf(isMember(own) && isMember(other), intersection(own, other));
    if (node) result[element] = node;
  }
  return result;
}

/** The paths of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  const result: GrowingSet = {};
  let changed = false;
  for (const element in a) {
    const own = a[element];
    if (element === '.' || !own) continue;
    const other = b[element];
    if (!other) {
      result[element] = own;
      continue;
    }
    const children = difference(childrenOf(own), childrenOf(other));
    const node = nodeOf(isMember(own) && !isMember(other), children);
    if (node) result[element] = node;
    changed = true;
  }
  return changed ? result : a;
}

/** The paths of `a` that are neither in `b` nor below a path of `b`. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  const result: GrowingSet = {};
  for (const element in a) {
    const own = a[element];
    if (element === '.' || !own) continue;
    const other = b[element];
    if (!other) {
      result[element] = own;
      continue;
    }
    if (isMember(other)) continue;
    const node = nodeOf(isMember(own), recursiveDifference(childrenOf(own), other));
    if (node) result[element] = node;
  }
  return result;
}

/** The paths below a node, without the node's own mark. */
export function childrenOf(node: FieldSet): FieldSet {
  return node['.'] === undefined ? node : withoutSelf(node);
}

function withoutSelf(node: FieldSet): FieldSet {
  if (node['.'] === undefined) return node;
  const { '.': _self, ...children } = node;
  return children;
}

function closed(node: GrowingSet): FieldSet {
  let members = 0;
  for (const _ in node) if (++members > 1) return node;
  return members === 1 && node['.'] !== undefined ? leaf : node;
}

/** True when the path of one element is in the set. */
export function hasElement(set: FieldSet, element: string): boolean {
  const node = set[element];
  return node !== undefined && isMember(node);
}

/** A set of one path given by its elements, e.g. `['f:metadata', 'f:name']`. */
export function setOfPaths(paths: readonly (readonly string[])[]): FieldSet {
  let set: FieldSet = leaf;
  for (const path of paths) {
    const only = path.reduceRight<FieldSet>((below, element) => ({ [element]: below }), leaf);
    set = unionOfSets(set, only);
  }
  return set;
}

/** Every path of the set as the real server prints it, e.g. `.spec.containers[name="web"].image`. */
export function pathsOf(set: FieldSet): string[] {
  const paths: string[] = [];
  collectPaths(set, '', paths);
  return paths;
}

function collectPaths(set: FieldSet, prefix: string, paths: string[]): void {
  const elements = Object.keys(set)
    .filter((element) => element !== '.')
    .sort(byElement);
  // The order of the real server: first the paths that end here, then those that go on.
  for (const element of elements) if (hasElement(set, element)) paths.push(prefix + elementText(element));
  for (const element of elements) {
    const node = set[element];
    if (node && !isEmptySet(node)) collectPaths(node, prefix + elementText(element), paths);
  }
}

function byElement(a: string, b: string): number {
  const rank = (element: string) => 'fkvi'.indexOf(element.charAt(0));
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function elementText(element: string): string {
  const body = element.slice(2);
  switch (element.charAt(0)) {
    case 'f':
      return `.${body}`;
    case 'k': {
      const key = parseJson(body);
      const parts = isObject(key) ? Object.entries(key) : [];
      return `[${parts.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    }
    case 'v':
      return `[=${body}]`;
    default:
      return `[${body}]`;
  }
}

/** A set that a client sent: checked and put into this server's own spelling; undefined when it is malformed. */
export function parseFieldSet(fieldsV1: Json | undefined): FieldSet | undefined {
  if (fieldsV1 === undefined || fieldsV1 === null) return leaf;
  if (!isObject(fieldsV1)) return undefined;
  const set: GrowingSet = {};
  for (const [element, below] of Object.entries(fieldsV1)) {
    // What a later version may know is left out.
    if (element !== '.' && !/^[fikv]:/.test(element)) continue;
    const spelling = element === '.' ? element : canonicalElement(element);
    const node = parseFieldSet(below);
    if (spelling === undefined || node === undefined) return undefined;
    set[spelling] = node;
  }
  return closed(set);
}

function canonicalElement(element: string): string | undefined {
  const kind = element.slice(0, 2);
  if (kind === 'f:' || (kind === 'i:' && /^-?\d+$/.test(element.slice(2)))) return element;
  if (kind !== 'k:' && kind !== 'v:') return undefined;
  try {
    const value = parseJson(element.slice(2));
    if (kind === 'v:') return valueElement(value);
    return isObject(value) ? keyElement(Object.keys(value), value) : undefined;
  } catch {
    return undefined;
  }
}

/** The element of a set's item. */
export function valueElement(value: Json): string {
  return `v:${goJson(value)}`;
}

/** The element of a keyed list's item; `keys` need not be in order. */
export function keyElement(keys: readonly string[], item: JsonObject): string {
  const parts: string[] = [];
  for (const key of keys.length > 1 ? keys.toSorted() : keys) {
    const value = item[key];
    if (value !== undefined) parts.push(`${goJson(key)}:${goJson(value)}`);
  }
  return `k:{${parts.join(',')}}`;
}

const htmlCharacters = /[<>&\u2028\u2029]/g;

/** JSON as Go writes it: `<`, `>`, `&` and the line separators escaped. */
function goJson(value: Json): string {
  return JSON.stringify(value).replace(
    htmlCharacters,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
