import type { BuiltInKind } from '../built-in-kind.ts';

/** What policies that change objects and their bindings have in common: no server has them who is not told to. */
export const mutatingPolicies = {
  group: 'admissionregistration.k8s.io',
  versions: [
    { version: 'v1beta1', isOff: true },
    { version: 'v1alpha1', isOff: true },
  ],
  // As the real server v1.34 keeps them.
  storage: { group: 'admissionregistration.k8s.io', version: 'v1alpha1' },
  scope: 'Cluster',
  categories: ['api-extensions'],
  quirks: { hasGeneration: true, updateDemandsVersion: true },
} as const satisfies Partial<BuiltInKind>;

/** Of a delete there is nothing to change. */
export const mutableOperations: readonly string[] = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
