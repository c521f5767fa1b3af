import type { BuiltInKind } from '../built-in-kind.ts';
import { bindingColumns, bindingRules } from '../shared/role-bindings.ts';

export const clusterRoleBinding: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
  scope: 'Cluster',
  columns: bindingColumns,
  quirks: { createOnUpdate: true },
  ...bindingRules(false, ['ClusterRole']),
};
