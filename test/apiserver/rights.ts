import type { TestServer } from './harness.ts';

export const rbac = (resource: string) => ({ group: 'rbac.authorization.k8s.io', version: 'v1', resource });

/** Gives `jane`, whose token is `user-token`, every verb on every resource in one namespace. */
export async function grantAllIn({ client }: TestServer, namespace: string): Promise<void> {
  await client.create(rbac('clusterroles'), {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'all' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  });
  await client.create(rbac('rolebindings'), {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'all', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
  });
}
