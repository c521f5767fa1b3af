import { isObject, type Json } from '../base/index.ts';

/** JSON merge patch (RFC 7396): objects merge, null deletes, everything else replaces. Neither input changes. */
export function mergePatch(target: Json | undefined, patch: Json | undefined): Json | undefined {
  if (patch === undefined) return target;
  if (!isObject(patch)) return patch;
  const merged = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    // Assigning this name would set the prototype instead of a member.
    if (name === '__proto__') continue;
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}
