import type { SchemaNode } from '../apimachinery/contract.ts';
import { canonicalJson, isObject, type Json, type JsonObject, jsonEqual, setMember } from '../base/index.ts';
import { anyNode, memberNode } from './node.ts';
import { applyStrategicMergePatch, noMergeKey } from './strategic-merge.ts';

/** What somebody applied last, what he applies now, and what is there. */
export interface ThreeWay {
  readonly original: JsonObject;
  readonly modified: JsonObject;
  readonly current: JsonObject;
}

/**
 * The strategic merge patch that brings `current` to `modified` and takes away what `original` had and `modified` has
 * not: what others added stays. Empty when nothing is to be done. Throws PatchError for an item of a merged list without
 * its key.
 */
export function threeWayStrategicPatch(
  { original, modified, current }: ThreeWay,
  root: SchemaNode,
): JsonObject {
  return patchOfMap({ original, modified, current }, root, false);
}

/** The same as a JSON merge patch: lists are values, and a null in `modified` removes what `original` had. */
export function threeWayMergePatch({ original, modified, current }: ThreeWay): JsonObject {
  const patch: JsonObject = {};
  for (const [key, value] of Object.entries(modified)) {
    const [before, now] = [original[key], current[key]];
    if (value === undefined || jsonEqual(value, now)) continue;
    if (value === null) {
      if (isPresent(before) && isPresent(now)) setMember(patch, key, null);
    } else if (isObject(value) && isObject(now)) {
      const inner = threeWayMergePatch({ original: asMap(before), modified: value, current: now });
      if (Object.keys(inner).length > 0) setMember(patch, key, inner);
    } else setMember(patch, key, value);
  }
  return withRemovals(patch, { original, modified, current });
}

function patchOfMap(
  { original, modified, current }: ThreeWay,
  node: SchemaNode,
  retainsKeys: boolean,
): JsonObject {
  const patch: JsonObject = {};
  for (const [key, value] of Object.entries(modified)) {
    const now = current[key];
    if (value === undefined || jsonEqual(value, now)) continue;
    const member = memberNode(node, key) ?? anyNode;
    if (isObject(value) && isObject(now) && !member.patchStrategy?.includes('replace')) {
      const inner = patchOfMap(
        { original: asMap(original[key]), modified: value, current: now },
        member,
        member.patchStrategy?.includes('retainKeys') ?? false,
      );
      if (Object.keys(inner).length > 0) setMember(patch, key, inner);
    } else if (Array.isArray(value) && Array.isArray(now) && member.patchStrategy?.includes('merge')) {
      const before = original[key];
      addListPatch(patch, key, {
        lists: { original: Array.isArray(before) ? before : [], modified: value, current: now },
        node: member,
      });
    } else if (value !== null || now !== undefined) setMember(patch, key, value);
  }
  withRemovals(patch, { original, modified, current });
  return retainsKeys ? withRetainedKeys(patch, { modified, current }) : patch;
}

/** Adds what was applied before and is not any more, where it is still there. */
function withRemovals(patch: JsonObject, { original, modified, current }: ThreeWay): JsonObject {
  for (const key of Object.keys(original)) {
    if (original[key] !== undefined && modified[key] === undefined && current[key] !== undefined)
      setMember(patch, key, null);
  }
  return patch;
}

/** A union, such as the strategy of a Deployment: keys that are not meant go, whoever set them. */
function withRetainedKeys(
  patch: JsonObject,
  { modified, current }: Pick<ThreeWay, 'modified' | 'current'>,
): JsonObject {
  const kept = Object.keys(modified).filter((key) => isPresent(modified[key]));
  const hasMore = Object.keys(current).some((key) => modified[key] === undefined);
  if (kept.length === 0 || (Object.keys(patch).length === 0 && !hasMore)) return patch;
  return { ...patch, $retainKeys: kept.sort() };
}

interface Lists {
  readonly original: readonly Json[];
  readonly modified: readonly Json[];
  readonly current: readonly Json[];
}

function addListPatch(
  patch: JsonObject,
  key: string,
  { lists, node }: { readonly lists: Lists; readonly node: SchemaNode },
): void {
  const { modified, current } = lists;
  if (current.length === 0) {
    if (modified.length > 0) setMember(patch, key, [...modified]);
    return;
  }
  const isOfMaps = isObject(modified[0] ?? current[0]);
  if (!isOfMaps) {
    addScalarsPatch(patch, key, lists);
    return;
  }
  const mergeKey = node.patchMergeKey ?? '';
  const items = patchOfItems(lists, node, mergeKey);
  const isOrdered =
    modified.length === current.length &&
    modified.every((item, at) => keyOf(item, mergeKey) === keyOf(current[at] ?? null, mergeKey));
  if (items.length > 0) setMember(patch, key, items);
  const isReplaced = items.some((item) => item.$patch === 'replace');
  if (isReplaced || (items.length === 0 && isOrdered)) return;
  const order = modified.map((item): Json => ({ [mergeKey]: isObject(item) ? item[mergeKey] : null }));
  setMember(patch, `$setElementOrder/${key}`, order);
}

function addScalarsPatch(patch: JsonObject, key: string, { original, modified, current }: Lists): void {
  const wanted = new Set(modified.map(canonicalJson));
  const present = new Set(current.map(canonicalJson));
  const added = modified.filter((item) => !present.has(canonicalJson(item)));
  const gone = original.filter(
    (item) => !wanted.has(canonicalJson(item)) && present.has(canonicalJson(item)),
  );
  if (added.length > 0) setMember(patch, key, added);
  if (gone.length > 0) setMember(patch, `$deleteFromPrimitiveList/${key}`, gone);
  if (added.length > 0 || gone.length > 0 || !jsonEqual(modified, current))
    setMember(patch, `$setElementOrder/${key}`, [...modified]);
}

/**
 * The items of a merged list that change, come or go. Items that share a key, as the ports of a Service with two
 * protocols may, are told apart by their order: a patch cannot name one of them, so that the list is replaced as a whole
 * once any of these changes.
 */
function patchOfItems(lists: Lists, node: SchemaNode, mergeKey: string): JsonObject[] {
  const inner = node.items ?? anyNode;
  const retainsKeys = node.patchStrategy?.includes('retainKeys') ?? false;
  const [before, now] = [byKey(lists.original, mergeKey), byKey(lists.current, mergeKey)];
  const wanted = byKey(lists.modified, mergeKey);
  const seen = new Map<string, number>();
  const changes: JsonObject[] = [];
  const whole: JsonObject[] = [];
  let isAmbiguous = false;
  for (const modified of lists.modified.filter(isObject)) {
    const key = keyOf(modified, mergeKey) ?? '';
    const at = seen.get(key) ?? 0;
    seen.set(key, at + 1);
    const current = now.get(key)?.[at];
    const patch = current
      ? patchOfMap({ original: before.get(key)?.[at] ?? {}, modified, current }, inner, retainsKeys)
      : modified;
    whole.push(current ? applyStrategicMergePatch(current, patch, inner) : modified);
    if (current && Object.keys(patch).length === 0) continue;
    changes.push({ ...patch, [mergeKey]: modified[mergeKey] });
    isAmbiguous ||= (wanted.get(key)?.length ?? 0) > 1;
  }
  for (const [key, items] of before) {
    const [count, present] = [wanted.get(key)?.length ?? 0, now.get(key)?.length ?? 0];
    if (count >= items.length || present === 0 || (count > 0 && present <= count)) continue;
    isAmbiguous ||= count > 0;
    changes.push({ $patch: 'delete', [mergeKey]: items[0]?.[mergeKey] ?? null });
  }
  if (!isAmbiguous) return changes;
  const theirs = [...now].flatMap(([key, items]) => (wanted.has(key) || before.has(key) ? [] : items));
  return [{ $patch: 'replace' }, ...whole, ...theirs];
}

function byKey(list: readonly Json[], mergeKey: string): Map<string, JsonObject[]> {
  const items = new Map<string, JsonObject[]>();
  for (const item of list) {
    const key = keyOf(item, mergeKey);
    if (!isObject(item) || key === undefined) throw noMergeKey(isObject(item) ? item : {}, mergeKey);
    const same = items.get(key);
    if (same) same.push(item);
    else items.set(key, [item]);
  }
  return items;
}

function keyOf(item: Json, mergeKey: string): string | undefined {
  const value = isObject(item) ? item[mergeKey] : undefined;
  return value === undefined ? undefined : canonicalJson(value);
}

function asMap(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function isPresent(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}
