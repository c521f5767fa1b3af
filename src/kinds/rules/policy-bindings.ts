import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
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
import type { KindRules } from '../built-in-kind.ts';

const actions = ['Audit', 'Deny', 'Warn'];

/** Which policy is bound, with which parameters, and what is done about a violation. */
export const policyBindingRules: KindRules = {
  validate(object) {
    const spec = objectAt(object, 'spec');
    const policy = textAt(spec, 'policyName');
    const parameters = maybeObjectAt(spec, 'paramRef');
    return [
      ...(policy
        ? invalidEach('spec.policyName', policy, dnsSubdomain(policy))
        : [required('spec.policyName')]),
      ...(parameters ? validateParameters(parameters, 'spec.paramRef') : []),
      ...validateActions(textsAt(spec, 'validationActions'), 'spec.validationActions'),
    ];
  },
};

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
