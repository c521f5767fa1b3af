import { isObject, type Json } from '../base/index.ts';

/** JSON merge patch (RFC 7396): objects merge, null deletes, everything else replaces. Neither input changes. */
export function mergePatch(target: Json | undefined, patch: Json | undefined): Json | undefined {
  if (patch === undefined) return target;
  if (!isObject(patch)) return patch;
  // Assigning a member called __proto__ to an object would set its prototype instead.
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}
