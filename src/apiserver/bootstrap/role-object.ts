import type { JsonObject } from '../../base/index.ts';

/** The group of roles and bindings. */
export const rbacGroup = 'rbac.authorization.k8s.io';

const apiVersion = `${rbacGroup}/v1`;
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };

/** A ClusterRole with rules, or one that gathers those of others by their labels. */
export function clusterRole(
  name: string,
  content: { labels?: JsonObject } & ({ rules: readonly JsonObject[] } | { gathers: JsonObject }),
): JsonObject {
  return {
    kind: 'ClusterRole',
    apiVersion,
    metadata: { name, labels: { ...labels, ...content.labels }, annotations },
    ...('rules' in content
      ? { rules: [...content.rules] }
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: content.gathers }] }, rules: null }),
  };
}

/** A Role of a namespace. */
export function role(namespace: string, name: string, rules: readonly JsonObject[]): JsonObject {
  return { kind: 'Role', apiVersion, metadata: { name, namespace, labels, annotations }, rules: [...rules] };
}

/** Gives the ClusterRole of the same name; to nobody without `subjects`. */
export function clusterRoleBinding(name: string, subjects: readonly JsonObject[] | undefined): JsonObject {
  return {
    kind: 'ClusterRoleBinding',
    apiVersion,
    metadata: { name, labels, annotations },
    ...(subjects && { subjects: [...subjects] }),
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
  };
}

/** Gives a Role of the namespace; the binding has the role's name unless `name` says another. */
export function roleBinding(
  namespace: string,
  given: { readonly role: string; readonly name?: string },
  subjects: readonly JsonObject[],
): JsonObject {
  return {
    kind: 'RoleBinding',
    apiVersion,
    metadata: { name: given.name ?? given.role, namespace, labels, annotations },
    subjects: [...subjects],
    roleRef: { apiGroup: rbacGroup, kind: 'Role', name: given.role },
  };
}

export function group(name: string): JsonObject {
  return { kind: 'Group', apiGroup: rbacGroup, name };
}

export function user(name: string): JsonObject {
  return { kind: 'User', apiGroup: rbacGroup, name };
}

/** An account in kube-system. */
export function serviceAccount(name: string): JsonObject {
  return { kind: 'ServiceAccount', name, namespace: 'kube-system' };
}
