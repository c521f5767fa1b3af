import type { BuiltInKind } from '../built-in-kind.ts';

export const selfSubjectReview: BuiltInKind = {
  group: 'authentication.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
  scope: 'Cluster',
  verbs: ['create'],
};

export const tokenReview: BuiltInKind = {
  group: 'authentication.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'tokenreviews',
  kind: 'TokenReview',
  scope: 'Cluster',
  verbs: ['create'],
};
