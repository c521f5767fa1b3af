import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { validatingAdmissionPolicies } from '../kinds/admissionregistration.ts';
import type { ClusterContext } from '../shared/context.ts';
import { type PolicyWarnings, reconcilePolicy } from './reconcile.ts';

export type { PolicyWarnings } from './reconcile.ts';

/** Says in each ValidatingAdmissionPolicy what its expressions get wrong about the kinds that it means. */
export function startAdmissionPolicyStatus(context: ClusterContext, warningsOf: PolicyWarnings): Controller {
  const policies = context.informers.of(validatingAdmissionPolicies);
  return runController({
    ...context,
    name: 'validatingadmissionpolicy-status',
    watches: [watchKeys(policies, objectKey)],
    reconcile: (key) => reconcilePolicy(key, { ...context, policies, warningsOf }),
  });
}
