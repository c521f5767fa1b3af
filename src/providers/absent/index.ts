import type { AbsentNamespace } from '../../arm/index.ts';
import { absentNamespaces } from './namespaces.ts';
import { absentTypes } from './types.ts';

const namespaces: ReadonlySet<string> = new Set(
  [...Object.keys(absentTypes), ...absentNamespaces].map((namespace) => namespace.toLowerCase()),
);

/** True when Azure has a namespace of this name, built here or not. */
export function isNamespaceOfAzure(name: string): boolean {
  return namespaces.has(name.toLowerCase());
}

/** What Azure offers and this estate does not, so that a refusal can say so. */
export const absent: readonly AbsentNamespace[] = [
  ...Object.entries(absentTypes).map(([namespace, types]) => ({ namespace, types })),
  ...absentNamespaces.map((namespace) => ({ namespace })),
];
