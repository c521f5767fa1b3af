import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { JsonObject } from '../../base/index.ts';

export interface PolicyRule extends JsonObject {
  apiGroups?: string[];
  resources?: string[];
  verbs: string[];
}

export interface Role extends KubeObject {
  rules?: PolicyRule[];
}

export interface RoleBinding extends KubeObject {
  subjects?: JsonObject[];
  roleRef: { apiGroup: string; kind: string; name: string };
}

const version = 'rbac.authorization.k8s.io/v1';
export const rbacGroup = 'rbac.authorization.k8s.io';
export const roles = defineKind<Role>(version, 'Role', 'roles');
export const roleBindings = defineKind<RoleBinding>(version, 'RoleBinding', 'rolebindings');

export interface ClusterRole extends KubeObject {
  aggregationRule?: { clusterRoleSelectors?: JsonObject[] };
  rules?: PolicyRule[] | null;
}

export const clusterRoles = defineKind<ClusterRole>(version, 'ClusterRole', 'clusterroles', 'Cluster');
