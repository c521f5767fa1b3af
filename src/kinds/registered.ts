import { allBuiltinResources } from './builtin.ts';

let known: ReadonlySet<string> | undefined;

/** Kinds of built-in groups by `apiVersion/Kind`, with those that only lists and subresources have. */
function registeredKinds(): ReadonlySet<string> {
  if (known) return known;
  const kinds = new Set(['v1/List', 'v1/Status']);
  for (const { definition } of allBuiltinResources()) {
    const { group, version, kind, listKind, subresources } = definition;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    kinds.add(`${apiVersion}/${kind}`).add(`${apiVersion}/${listKind}`);
    for (const { kind: other, group: otherGroup = group, version: otherVersion = version } of Object.values(
      subresources,
    )) {
      if (other !== undefined)
        kinds.add(`${otherGroup === '' ? otherVersion : `${otherGroup}/${otherVersion}`}/${other}`);
    }
  }
  known = kinds;
  return known;
}

/** True for kinds that the server has types for, whether or not their resource is the one asked for. */
export function isRegisteredKind(apiVersion: string, kind: string): boolean {
  return registeredKinds().has(`${apiVersion}/${kind}`);
}

/** The package of a group's internal types, as conversion errors name it. */
export function internalPackage(group: string): string {
  if (group === '' || group === 'events.k8s.io') return 'core';
  return group.slice(0, group.includes('.') ? group.indexOf('.') : group.length);
}
