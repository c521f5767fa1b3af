import type { BuiltInKind } from '../built-in-kind.ts';
import { bindingCells, bindingRules } from '../shared/role-bindings.ts';

export const clusterRoleBinding: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
  scope: 'Cluster',
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
  ...bindingRules(false, ['ClusterRole']),
};
