import type { FieldError } from '../../apimachinery/contract.ts';
import { objectAt, textsAt } from '../../apimachinery/read.ts';
import { duplicate, index, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { bindingColumns, validateBindingSpec } from '../shared/policy-bindings.ts';

/** Which policy is bound, with which parameters, and what is done about a violation. */
export const validatingAdmissionPolicyBinding: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'validatingadmissionpolicybindings',
  kind: 'ValidatingAdmissionPolicyBinding',
  scope: 'Cluster',
  categories: ['api-extensions'],
  columns: bindingColumns,
  quirks: { hasGeneration: true, updateDemandsVersion: true },
  validate(object) {
    const spec = objectAt(object, 'spec');
    return [
      ...validateBindingSpec(spec),
      ...validateActions(textsAt(spec, 'validationActions'), 'spec.validationActions'),
    ];
  },
};

const actions = ['Audit', 'Deny', 'Warn'];

function validateActions(given: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [position, action] of given.entries()) {
    const here = index(path, position);
    if (!actions.includes(action)) errors.push(notSupported(here, action, actions));
    if (given.indexOf(action) < position) errors.push(duplicate(here, action));
  }
  if (given.includes('Deny') && given.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalid(path, [...given], detail));
  }
  if (given.length === 0) errors.push(required(path, 'at least one validation action is required'));
  return errors;
}
