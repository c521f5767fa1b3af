import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, nameOf, textAt } from '../../apimachinery/read.ts';
import { child, forbidden, invalidEach, required } from '../../apimachinery/validation/errors.ts';
import { dnsSubdomain, pathSegment } from '../../apimachinery/validation/names.ts';
import { validateSelector } from '../../apimachinery/validation/selectors.ts';
import { validateChoice } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { KindColumns } from '../built-in-kind.ts';
import { ageOf, selectorText, unset } from './cells.ts';
import { validateMatchResources } from './match-resources.ts';

/** Of bindings of both sorts of policies. */
export const bindingColumns: KindColumns = {
  definitions: ['Name|string|name|0', 'PolicyName', 'ParamRef', 'Age'],
  cells: (object) => [
    nameOf(object),
    textAt(object, 'spec', 'policyName'),
    paramRefText(maybeObjectAt(object, 'spec', 'paramRef')),
    ageOf(object),
  ],
};

/** What bindings of both sorts have to fulfil. */
export function validateBindingSpec(spec: JsonObject): FieldError[] {
  const policy = textAt(spec, 'policyName');
  const parameters = maybeObjectAt(spec, 'paramRef');
  const resources = maybeObjectAt(spec, 'matchResources');
  return [
    ...(policy
      ? invalidEach('spec.policyName', policy, dnsSubdomain(policy))
      : [required('spec.policyName')]),
    ...(parameters ? validateParameters(parameters, 'spec.paramRef') : []),
    ...(resources ? validateMatchResources(resources, 'spec.matchResources') : []),
  ];
}

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

function paramRefText(paramRef: JsonObject | undefined): string {
  const name = textAt(paramRef, 'name');
  if (name) return `${textAt(paramRef, 'namespace') || '*'}/${name}`;
  const selector = maybeObjectAt(paramRef, 'selector');
  return selector ? selectorText(selector) : unset;
}
