import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, objectsAt, textsAt } from '../../apimachinery/read.ts';
import { child, duplicate, index, invalidEach, required } from '../../apimachinery/validation/errors.ts';
import { pathSegment } from '../../apimachinery/validation/names.ts';
import { validateSelector } from '../../apimachinery/validation/selectors.ts';
import { validateChoice } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import { validateRule } from './operation-rules.ts';

/** Rules and selectors of a policy or of a binding. */
export function validateMatchResources(resources: JsonObject, path: string): FieldError[] {
  const errors = validateChoice(resources, path, 'matchPolicy', ['Equivalent', 'Exact']);
  for (const member of ['namespaceSelector', 'objectSelector']) {
    const selector = maybeObjectAt(resources, member);
    const here = child(path, member);
    errors.push(...(selector ? validateSelector(selector, here) : [required(here)]));
  }
  for (const member of ['resourceRules', 'excludeResourceRules']) {
    for (const [position, rule] of objectsAt(resources, member).entries())
      errors.push(...validateNamedRule(rule, index(child(path, member), position)));
  }
  return errors;
}

function validateNamedRule(rule: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = textsAt(rule, 'resourceNames');
  for (const [position, name] of names.entries()) {
    const here = index(child(path, 'resourceNames'), position);
    errors.push(...invalidEach(here, name, pathSegment(name)));
    if (names.indexOf(name) < position) errors.push(duplicate(here, name));
  }
  return [...errors, ...validateRule(rule, path)];
}
