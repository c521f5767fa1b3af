import type { JsonObject } from '../../../base/index.ts';
import type { PlannedResource } from '../../../template/index.ts';

/** `PT1M2.345S`: a length of time as answers print it. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  const minutes = Math.floor(seconds / 60);
  const rest = `${(seconds - minutes * 60).toFixed(7)}S`;
  return `PT${minutes >= 60 ? `${Math.floor(minutes / 60)}H` : ''}${minutes > 0 ? `${minutes % 60}M` : ''}${rest}`;
}

/** Providers and types that a plan uses. */
export function providersOf(plan: readonly PlannedResource[]): JsonObject[] {
  const found = new Map<string, { namespace: string; types: Set<string> }>();
  for (const { type, isExisting, condition } of plan) {
    if (isExisting || !condition) continue;
    const [namespace = '', ...words] = type.split('/');
    const known = found.get(namespace.toLowerCase()) ?? { namespace, types: new Set<string>() };
    known.types.add(words.join('/'));
    found.set(namespace.toLowerCase(), known);
  }
  return [...found.values()].map(({ namespace, types }) => ({
    namespace,
    resourceTypes: [...types].map((resourceType) => ({ resourceType, locations: [null] })),
  }));
}

/** How many waits of one resource for another a deployment shows: each of a loop for each of another would be a million. */
const mostDependencies = 4_000;

/** Which resources of a plan wait for which, as far as they are shown. */
export function dependenciesShown(plan: readonly PlannedResource[]): JsonObject[] {
  const byKey = new Map(plan.map((one) => [one.key, one]));
  let left = mostDependencies;
  return plan.flatMap((one) => {
    if (one.dependsOn.length === 0 || one.isExisting || left <= 0) return [];
    const shown = one.dependsOn.slice(0, left);
    left -= shown.length;
    const dependsOn = shown.flatMap((key) => {
      const other = byKey.get(key);
      return other ? [{ id: other.id, resourceType: other.type, resourceName: other.name }] : [];
    });
    return [{ dependsOn, id: one.id, resourceType: one.type, resourceName: one.name }];
  });
}
