import type { BuiltInKind } from '../built-in-kind.ts';

export const localSubjectAccessReview: BuiltInKind = {
  group: 'authorization.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'localsubjectaccessreviews',
  kind: 'LocalSubjectAccessReview',
  scope: 'Namespaced',
  verbs: ['create'],
};

export const selfSubjectAccessReview: BuiltInKind = {
  group: 'authorization.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  scope: 'Cluster',
  verbs: ['create'],
};

export const selfSubjectRulesReview: BuiltInKind = {
  group: 'authorization.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'selfsubjectrulesreviews',
  kind: 'SelfSubjectRulesReview',
  scope: 'Cluster',
  verbs: ['create'],
};

export const subjectAccessReview: BuiltInKind = {
  group: 'authorization.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  scope: 'Cluster',
  verbs: ['create'],
};
