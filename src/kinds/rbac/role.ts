import { pathSegmentName } from '../../apimachinery/validation/names.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { validatePolicyRules } from '../shared/policy-rules.ts';

export const role: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'roles',
  kind: 'Role',
  scope: 'Namespaced',
  quirks: { createOnUpdate: true },
  name: pathSegmentName,
  validate: (role) => validatePolicyRules(role, true),
};
