import { isObject, type Json, type JsonObject, memberOf, setMember } from '../base/index.ts';
import { badPatch, goTypeWord } from './patch-error.ts';

/**
 * A JSON merge patch (RFC 7396) on an object; neither argument is changed, and what the patch leaves alone is
 * shared with `object`. Throws PatchError 400 when the patch is not an object.
 */
export function applyMergePatch(object: JsonObject, patch: Json): JsonObject {
  if (!isObject(patch)) {
    throw badPatch(
      `error decoding patch: json: cannot unmarshal ${goTypeWord(patch)} into Go value of type map[string]interface {}`,
    );
  }
  return mergeObject(object, patch);
}

function mergeObject(target: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined) delete merged[key];
    else setMember(merged, key, mergeValue(memberOf(merged, key), value));
  }
  return merged;
}

function mergeValue(target: Json | undefined, patch: Json): Json {
  if (isObject(patch)) return mergeObject(isObject(target) ? target : {}, patch);
  // As the Go library behind the real server has it: a list in the place of an object stays as it was sent.
  return Array.isArray(patch) && !isObject(target) ? patch.map(withoutNulls) : patch;
}

/** Members of a new value that are null are not there; items of lists are. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== null && member !== undefined) setMember(kept, key, withoutNulls(member));
  }
  return kept;
}
