import type { AbsentNamespace } from '../../arm/index.ts';
import { absentNamespaces } from './namespaces.ts';
import { absentTypes } from './types.ts';

/** What Azure offers and this estate does not, so that a refusal can say so. */
export const absent: readonly AbsentNamespace[] = [
  ...Object.entries(absentTypes).map(([namespace, types]) => ({ namespace, types })),
  ...absentNamespaces.map((namespace) => ({ namespace })),
];
