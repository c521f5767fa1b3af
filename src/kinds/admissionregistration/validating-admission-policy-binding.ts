import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, nameOf, objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dnsSubdomain, pathSegment } from '../../apimachinery/validation/names.ts';
import { validateSelector } from '../../apimachinery/validation/selectors.ts';
import { validateChoice } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, selectorText, unset } from '../shared/cells.ts';
import { validateMatchResources } from '../shared/match-resources.ts';

/** Which policy is bound, with which parameters, and what is done about a violation. */
export const validatingAdmissionPolicyBinding: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'validatingadmissionpolicybindings',
  kind: 'ValidatingAdmissionPolicyBinding',
  scope: 'Cluster',
  categories: ['api-extensions'],
  columns: {
    definitions: ['Name|string|name|0', 'PolicyName', 'ParamRef', 'Age'],
    cells: (object) => [
      nameOf(object),
      textAt(object, 'spec', 'policyName'),
      paramRefText(maybeObjectAt(object, 'spec', 'paramRef')),
      ageOf(object),
    ],
  },
  quirks: { hasGeneration: true, updateDemandsVersion: true },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const policy = textAt(spec, 'policyName');
    const parameters = maybeObjectAt(spec, 'paramRef');
    const resources = maybeObjectAt(spec, 'matchResources');
    return [
      ...(policy
        ? invalidEach('spec.policyName', policy, dnsSubdomain(policy))
        : [required('spec.policyName')]),
      ...(parameters ? validateParameters(parameters, 'spec.paramRef') : []),
      ...(resources ? validateMatchResources(resources, 'spec.matchResources') : []),
      ...validateActions(textsAt(spec, 'validationActions'), 'spec.validationActions'),
    ];
  },
};

const actions = ['Audit', 'Deny', 'Warn'];

function validateParameters(reference: JsonObject, path: string): FieldError[] {
  const name = textAt(reference, 'name');
  const selector = maybeObjectAt(reference, 'selector');
  const errors = name ? invalidEach(child(path, 'name'), name, pathSegment(name)) : [];
  const exclusive = 'name and selector are mutually exclusive';
  if (name && selector) errors.push(forbidden(child(path, 'name'), exclusive));
  errors.push(...validateSelector(selector, child(path, 'selector')));
  if (name && selector) errors.push(forbidden(child(path, 'selector'), exclusive));
  if (!name && !selector) errors.push(required(path, 'one of name or selector must be specified'));
  return [...errors, ...validateChoice(reference, path, 'parameterNotFoundAction', ['Deny', 'Allow'])];
}

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

function paramRefText(paramRef: JsonObject | undefined): string {
  const name = textAt(paramRef, 'name');
  if (name) return `${textAt(paramRef, 'namespace') || '*'}/${name}`;
  const selector = maybeObjectAt(paramRef, 'selector');
  return selector ? selectorText(selector) : unset;
}
