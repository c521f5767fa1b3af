import { maybeObjectAt, objectAt } from '../../apimachinery/read.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { validateOperations } from '../shared/admission-policies.ts';
import { mutableOperations, mutatingPolicies } from '../shared/mutating-policies.ts';
import { bindingColumns, validateBindingSpec } from '../shared/policy-bindings.ts';

/** Which policy is bound, and with which parameters. */
export const mutatingAdmissionPolicyBinding: BuiltInKind = {
  ...mutatingPolicies,
  resource: 'mutatingadmissionpolicybindings',
  kind: 'MutatingAdmissionPolicyBinding',
  columns: bindingColumns,
  validate(object) {
    const spec = objectAt(object, 'spec');
    const resources = maybeObjectAt(spec, 'matchResources');
    return [
      ...validateBindingSpec(spec),
      ...(resources ? validateOperations(resources, 'spec.matchResources', mutableOperations) : []),
    ];
  },
};
