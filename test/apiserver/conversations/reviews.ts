import { object, post } from './asks.ts';
import type { Conversation } from './play.ts';

const authn = 'authentication.k8s.io/v1';
const authz = 'authorization.k8s.io/v1';
const may = { resourceAttributes: { verb: 'get', resource: 'pods' } };
const review = (apiVersion: string, kind: string, spec?: object) => ({
  apiVersion,
  kind,
  ...(spec && { spec: { ...spec } }),
});

/** Questions about rights and identities, right and wrong. */
export const reviewConversations: readonly Conversation[] = [
  {
    name: 'reviews',
    asks: [
      post(`/apis/${authz}/selfsubjectaccessreviews?dryRun=All`, review(authz, 'SelfSubjectAccessReview')),
      post(`/apis/${authz}/selfsubjectaccessreviews`, review(authz, 'SelfSubjectAccessReview')),
      post(`/apis/${authz}/selfsubjectaccessreviews`, review(authz, 'SubjectAccessReview', may)),
      post(`/apis/${authz}/selfsubjectaccessreviews`, review('v1', 'Pod')),
      post(`/apis/${authz}/selfsubjectaccessreviews`, review(authz, 'constructor')),
      post(
        `/apis/${authz}/selfsubjectaccessreviews`,
        object(authz, 'SelfSubjectAccessReview', 'x', { spec: may }),
      ),
      post(`/apis/${authz}/subjectaccessreviews`, review(authz, 'SubjectAccessReview', may)),
      post(
        `/apis/${authz}/subjectaccessreviews`,
        review(authz, 'SubjectAccessReview', {
          ...may,
          user: 'x',
          nonResourceAttributes: { path: '/x', verb: 'get' },
        }),
      ),
      post(
        `/apis/${authz}/namespaces/{ns}/localsubjectaccessreviews`,
        review(authz, 'LocalSubjectAccessReview', {
          user: 'x',
          resourceAttributes: { namespace: 'other', verb: 'get', resource: 'pods' },
        }),
      ),
      post(`/apis/${authz}/selfsubjectrulesreviews`, review(authz, 'SelfSubjectRulesReview')),
      post(`/apis/${authn}/tokenreviews`, review(authn, 'TokenReview')),
      post(`/apis/${authn}/tokenreviews`, ''),
      post(`/apis/${authn}/tokenreviews?fieldValidation=Strict`, review(authn, 'TokenReview', { foo: 1 })),
    ],
  },
  {
    name: 'reviews that name no subject, or no question',
    asks: [
      ...[
        {},
        may,
        { user: 'x' },
        { groups: ['a'] },
        { ...may, groups: [] },
        { nonResourceAttributes: { path: '/x', verb: 'get' } },
      ].map((spec) =>
        post(`/apis/${authz}/subjectaccessreviews`, review(authz, 'SubjectAccessReview', spec)),
      ),
      post(
        `/apis/${authz}/subjectaccessreviews`,
        object(authz, 'SubjectAccessReview', 'x', { spec: { user: 'x', ...may } }),
      ),
      post(
        `/apis/${authz}/namespaces/{ns}/localsubjectaccessreviews`,
        review(authz, 'LocalSubjectAccessReview', {
          user: 'x',
          nonResourceAttributes: { path: '/x', verb: 'get' },
        }),
      ),
      post(
        `/apis/${authz}/namespaces/{ns}/localsubjectaccessreviews`,
        review(authz, 'LocalSubjectAccessReview', { resourceAttributes: { verb: 'get', resource: 'pods' } }),
      ),
      post(
        `/apis/${authz}/selfsubjectrulesreviews`,
        review(authz, 'SelfSubjectRulesReview', { namespace: '' }),
      ),
    ],
  },
];
