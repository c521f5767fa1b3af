import type { BuiltInKind } from '../built-in-kind.ts';
import { bindingColumns, bindingRules } from '../shared/role-bindings.ts';

export const roleBinding: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'rolebindings',
  kind: 'RoleBinding',
  scope: 'Namespaced',
  columns: bindingColumns,
  quirks: { createOnUpdate: true },
  ...bindingRules(true, ['Role', 'ClusterRole']),
};
