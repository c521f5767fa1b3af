import type { SchemaNode } from '../apimachinery/contract.ts';
import { canonicalJson, isObject, type Json, type JsonObject, memberOf, setMember } from '../base/index.ts';
import { anyNode, memberNode } from './node.ts';
import { badPatch, goTypeWord, PatchError } from './patch-error.ts';

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/**
 * A strategic merge patch on an object of a built-in kind; neither argument is changed. Directives: `$patch`,
 * `$retainKeys`, `$setElementOrder/<list>`, `$deleteFromPrimitiveList/<list>`. Throws PatchError.
 * See https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 */
export function applyStrategicMergePatch(object: JsonObject, patch: Json, root: SchemaNode): JsonObject {
  if (!isObject(patch)) {
    throw badPatch(
      `json: cannot unmarshal ${goTypeWord(patch)} into Go value of type map[string]interface {}`,
    );
  }
  return mergeMap(object, patch, root);
}

function mergeMap(original: JsonObject, patch: JsonObject, node: SchemaNode): JsonObject {
  const directive = patch.$patch;
  if (directive === 'replace') {
    const { $patch: _directive, ...replacement } = patch;
    return replacement;
  }
  if (directive === 'delete') return {};
  if (directive !== undefined) throw unknownDirective(directive, patch);

  const merged: JsonObject = retained(original, patch);
  const ordered = mergeOrderedLists(merged, patch, node);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key === '$retainKeys' || key.startsWith(orderPrefix) || ordered.has(key))
      continue;
    if (key.startsWith(deletePrefix)) deleteItems(merged, key.slice(deletePrefix.length), value);
    else if (value === null) delete merged[key];
    else {
      const result = mergeMember(memberOf(merged, key), value, memberNode(node, key) ?? anyNode);
      setMember(merged, key, result);
    }
  }
  return merged;
}

function mergeMember(original: Json | undefined, value: Json, node: SchemaNode): Json {
  if (isObject(original) && isObject(value)) {
    return node.patchStrategy?.includes('replace') ? value : mergeMap(original, value, node);
  }
  if (Array.isArray(original) && Array.isArray(value)) {
    return node.patchStrategy?.includes('merge') ? mergeList(original, value, node) : value;
  }
  return withoutDirectives(value);
}

/** A copy of the original without the keys that `$retainKeys` does not name. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keep = patch.$retainKeys;
  if (keep === undefined) return { ...original };
  const known = Array.isArray(keep) ? new Set(keep) : undefined;
  const strays = Object.keys(patch).some(
    (key) => !key.startsWith('$') && patch[key] !== null && !known?.has(key),
  );
  if (!known || strays) throw badPatch('invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(original).filter(([key]) => known.has(key)));
}

/** Lists with a `$setElementOrder` directive, merged and put in that order; answers their names. */
function mergeOrderedLists(merged: JsonObject, patch: JsonObject, node: SchemaNode): Set<string> {
  const done = new Set<string>();
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(orderPrefix)) continue;
    const name = directive.slice(orderPrefix.length);
    if (!Array.isArray(order)) throw badPatch('invalid patch format of setElementOrder list');
    const original = merged[name];
    const change = patch[name];
    const list = memberNode(node, name) ?? anyNode;
    const mergeKey = list.patchMergeKey ?? '';
    if (Array.isArray(change)) checkOrder(change, order, mergeKey);
    if (change === null) continue;
    const start = Array.isArray(original) ? original : undefined;
    if (!start && !Array.isArray(change)) continue;
    const result = Array.isArray(change) ? mergeMember(start, change, list) : start;
    if (Array.isArray(result)) merged[name] = inOrder(result, order, { original: start ?? [], mergeKey });
    done.add(name);
  }
  return done;
}

/** Each item of the patch's list must stand in the order list, in the same order. */
function checkOrder(change: readonly Json[], order: readonly Json[], mergeKey: string): void {
  let from = 0;
  for (const item of change) {
    if (isObject(item) && item.$patch !== undefined) continue;
    const wanted = identityOf(item, mergeKey);
    let place = from;
    while (place < order.length && identityOf(order[place] ?? null, mergeKey) !== wanted) place++;
    if (wanted === undefined || place === order.length) {
      throw badPatch(
        `The order in patch list:\n${JSON.stringify(change)}\n doesn't match ${orderPrefix.slice(0, -1)} list:\n${JSON.stringify(order)}\n`,
      );
    }
    from = place + 1;
  }
}

function mergeList(original: readonly Json[], patch: readonly Json[], node: SchemaNode): Json[] {
  const mergeKey = node.patchMergeKey ?? '';
  const sample = original[0] ?? patch[0];
  if (sample === undefined) return [...original];
  if (Array.isArray(sample)) throw invalidPatch(patch, 'lists of lists are not supported');
  if (!isObject(sample)) {
    const merged = [...original];
    const known = new Set(original.map(canonicalJson));
    for (const item of patch) {
      const text = canonicalJson(item);
      if (!known.has(text)) merged.push(item);
      known.add(text);
    }
    return inOrder(merged, patch, { original, mergeKey });
  }
  if (mergeKey === '') throw invalidPatch(patch, `cannot merge lists without merge key for ${node.type}`);
  const special = takeDirectives(original, patch, mergeKey);
  if (special.replace) return special.patch;
  const merged = [...special.original];
  const places = placesOf(merged, mergeKey);
  for (const item of special.patch) {
    if (!isObject(item)) {
      throw new PatchError(
        500,
        '',
        `list element types are not identical: ${goText([[...original], [...patch]])}`,
      );
    }
    const value = item[mergeKey];
    if (value === undefined) throw noMergeKey(item, mergeKey);
    const text = canonicalJson(value);
    const place = places.get(text);
    const found = place === undefined ? undefined : merged[place];
    if (place !== undefined && isObject(found)) merged[place] = mergeMap(found, item, node.items ?? anyNode);
    else {
      places.set(text, merged.length);
      merged.push(withoutDirectives(item));
    }
  }
  return inOrder(merged, special.patch, { original: special.original, mergeKey });
}

interface ListParts {
  readonly original: readonly Json[];
  readonly patch: Json[];
  readonly replace: boolean;
}

/** Carries out the items that are directives (`$patch: delete` or `replace`) and leaves the others. */
function takeDirectives(original: readonly Json[], patch: readonly Json[], mergeKey: string): ListParts {
  const rest: Json[] = [];
  const deleted = new Set<string>();
  let replace = false;
  for (const item of patch) {
    const directive = isObject(item) ? item.$patch : undefined;
    if (!isObject(item) || directive === undefined) {
      rest.push(item);
    } else if (directive === 'delete') {
      const value = item[mergeKey];
      if (value === undefined) throw noMergeKey(item, mergeKey);
      deleted.add(canonicalJson(value));
    } else if (directive === 'replace') {
      replace = true;
    } else if (directive === 'merge') {
      throw new PatchError(500, '', 'merging lists cannot yet be specified in the patch');
    } else throw unknownDirective(directive, item);
  }
  if (deleted.size === 0) return { original, patch: rest, replace };
  const kept = original.filter((item) => !deleted.has(identityOf(item, mergeKey) ?? ''));
  return { original: kept, patch: rest, replace };
}

function deleteItems(merged: JsonObject, name: string, items: Json): void {
  const list = merged[name];
  if (!Array.isArray(items)) throw badPatch('invalid patch format of primitive list');
  if (!Array.isArray(list)) return;
  const deleted = new Set(items.map(canonicalJson));
  merged[name] = list.filter((item) => !deleted.has(canonicalJson(item)));
}

/**
 * Items that the patch names come in its order; the server's other items keep their places relative to them as they
 * stood in the original list.
 */
function inOrder(
  merged: readonly Json[],
  order: readonly Json[],
  list: { readonly original: readonly Json[]; readonly mergeKey: string },
): Json[] {
  const wanted = placesOf(order, list.mergeKey);
  const past = placesOf(list.original, list.mergeKey);
  const placeIn = (places: ReadonlyMap<string, number>, item: Json | undefined) =>
    item === undefined ? -1 : (places.get(identityOf(item, list.mergeKey) ?? '') ?? -1);
  const placed = merged.map((item) => ({ item, wanted: placeIn(wanted, item), past: placeIn(past, item) }));
  const named = placed.filter((each) => each.wanted >= 0).sort((a, b) => a.wanted - b.wanted);
  const others = placed.filter((each) => each.wanted < 0);
  const result: Json[] = [];
  let [left, right] = [0, 0];
  for (;;) {
    const [first, other] = [named[left], others[right]];
    if (!first || !other) break;
    if (first.past >= 0 && other.past >= 0 && first.past >= other.past)
      right = result.push(other.item) - left;
    else left = result.push(first.item) - right;
  }
  return [...result, ...[...named.slice(left), ...others.slice(right)].map(({ item }) => item)];
}

/** What tells an item from the others of its list; undefined for one without its key, which is like no other. */
function identityOf(item: Json, mergeKey: string): string | undefined {
  if (mergeKey === '') return canonicalJson(item);
  const value = isObject(item) ? item[mergeKey] : undefined;
  return value === undefined ? undefined : canonicalJson(value);
}

/** Where each item stands first. */
function placesOf(items: readonly Json[], mergeKey: string): Map<string, number> {
  const places = new Map<string, number>();
  for (const [place, item] of items.entries()) {
    const identity = identityOf(item, mergeKey);
    if (identity !== undefined && !places.has(identity)) places.set(identity, place);
  }
  return places;
}

/** A value that is new to the object: nulls and directives in it have nothing to act upon. */
function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !isObject(item) || item.$patch === undefined)
      .map((item) => withoutDirectives(item));
  }
  if (!isObject(value)) return value;
  const rest: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    const isDirective =
      key === '$patch' ||
      key === '$retainKeys' ||
      key.startsWith(orderPrefix) ||
      key.startsWith(deletePrefix);
    if (!isDirective && member !== null && member !== undefined)
      setMember(rest, key, withoutDirectives(member));
  }
  return rest;
}

function unknownDirective(directive: Json, map: JsonObject): PatchError {
  return new PatchError(500, '', `unknown patch type: ${goText(directive)} in map: ${goText(map)}`);
}

/** An item of a merged list that cannot be told from the others. */
export function noMergeKey(item: JsonObject, mergeKey: string): PatchError {
  return new PatchError(500, '', `map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
}

function invalidPatch(value: Json | readonly Json[], problem: string): PatchError {
  const message = `Invalid value: ${JSON.stringify(goText(value))}: ${problem}`;
  return new PatchError(422, 'Invalid', ` "" is invalid: patch: ${message}`, [
    { reason: 'FieldValueInvalid', message, field: 'patch' },
  ]);
}

/** A value as Go's `%v` prints it. */
function goText(value: Json | readonly Json[] | undefined): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) {
    const keys = Object.keys(value).sort();
    return `map[${keys.map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
  }
  return String(value);
}
