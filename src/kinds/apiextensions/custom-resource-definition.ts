import type { BuiltInKind } from '../built-in-kind.ts';

export const customResourceDefinition: BuiltInKind = {
  group: 'apiextensions.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  scope: 'Cluster',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  subresources: { status: 'get patch update' },
  quirks: {
    hashedVersion: 'v1beta1',
    hasGeneration: true,
    updateDemandsVersion: true,
    statusHasNoColumns: true,
    resets: { status: ['spec', 'metadata'] },
  },
  // Definitions stay until their instances are deleted.
  deletion: { finalizer: 'customresourcecleanup.apiextensions.k8s.io' },
};
