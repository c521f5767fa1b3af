import type { JsonObject } from '../../base/index.ts';

/** Verbs of roles that read and watch. */
export const readVerbs = ['get', 'list', 'watch'];
/** Verbs of roles that make, change and remove. */
export const writeVerbs = ['create', 'delete', 'deletecollection', 'patch', 'update'];
/** All of them. */
export const allVerbs = [...writeVerbs, ...readVerbs].sort();

/** A rule of a role over resources; with names, over these objects alone. */
export function rule(
  groups: readonly string[],
  resources: readonly string[],
  verbs: readonly string[],
  ...names: readonly string[]
): JsonObject {
  return {
    verbs: [...verbs],
    apiGroups: [...groups],
    resources: [...resources],
    ...(names.length > 0 && { resourceNames: [...names] }),
  };
}

/** A rule over paths that lead to no resource. */
export function pathRule(...paths: readonly string[]): JsonObject {
  return { verbs: ['get'], nonResourceURLs: [...paths] };
}

/** What whoever tells of its work has. */
export const events = rule(['', 'events.k8s.io'], ['events'], ['create', 'patch', 'update']);
