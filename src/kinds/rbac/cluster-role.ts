import { maybeObjectAt, objectsAt } from '../../apimachinery/read.ts';
import { index, required } from '../../apimachinery/validation/errors.ts';
import { pathSegmentName } from '../../apimachinery/validation/names.ts';
import { validateSelector } from '../../apimachinery/validation/selectors.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { validatePolicyRules } from '../shared/policy-rules.ts';

export const clusterRole: BuiltInKind = {
  group: 'rbac.authorization.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'clusterroles',
  kind: 'ClusterRole',
  scope: 'Cluster',
  quirks: { createOnUpdate: true },
  name: pathSegmentName,
  validate(role) {
    const errors = validatePolicyRules(role, false);
    const aggregation = maybeObjectAt(role, 'aggregationRule');
    if (!aggregation) return errors;
    const path = 'aggregationRule.clusterRoleSelectors';
    const selectors = objectsAt(aggregation, 'clusterRoleSelectors');
    if (selectors.length === 0) {
      errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
    }
    return [
      ...errors,
      ...selectors.flatMap((selector, position) => validateSelector(selector, index(path, position))),
    ];
  },
};
