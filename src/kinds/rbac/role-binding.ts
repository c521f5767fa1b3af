import type { BuiltInKind } from '../built-in-kind.ts';
import { bindingCells, bindingRules } from '../shared/role-bindings.ts';

export const roleBinding: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'rolebindings',
  kind: 'RoleBinding',
  scope: 'Namespaced',
  columns: {
    definitions: [
      'Name|string|name|0',
      'Role',
      'Age',
      'Users|string||1',
      'Groups|string||1',
      'ServiceAccounts|string||1',
    ],
    cells: bindingCells,
  },
  quirks: { createOnUpdate: true },
  ...bindingRules(true, ['Role', 'ClusterRole']),
};
