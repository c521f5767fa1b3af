import { isObject, type Json } from '../../../base/index.ts';

/**
 * Member names as model commands print them: runs of capitals become words, `enableRBAC` is `enableRbac` and
 * `privateDNSZone` is `privateDnsZone`; plural abbreviations (`outboundIPs`) stay. Keys of `free` maps stay, too.
 */
export function camelNames(value: Json, free: ReadonlySet<string> = freeMaps): Json {
  if (Array.isArray(value)) return value.map((item) => camelNames(item, free));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (member === undefined) return [key, member];
      return [camelName(key), free.has(key) ? member : camelNames(member, free)];
    }),
  );
}

/** Members whose own keys are a person's words, not the service's. */
export const freeMaps: ReadonlySet<string> = new Set([
  'tags',
  'labels',
  'annotations',
  'nodeLabels',
  'userAssignedIdentities',
  'addonProfiles',
  'identityProfile',
]);

function camelName(name: string): string {
  if (/(?<![A-Z])[A-Z]{2,}s$/.test(name)) return name;
  return name.replace(/[A-Z]{2,}/g, (run, at: number) => {
    const beforeWord = /[a-z]/.test(name.charAt(at + run.length));
    const head = run.charAt(0) + run.slice(1, beforeWord ? -1 : undefined).toLowerCase();
    return beforeWord ? head + run.slice(-1) : head;
  });
}
