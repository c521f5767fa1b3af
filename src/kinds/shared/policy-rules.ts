import type { FieldError } from '../../apimachinery/contract.ts';
import { listAt, objectsAt, textsAt } from '../../apimachinery/read.ts';
import { child, index, invalid, required } from '../../apimachinery/validation/errors.ts';
import type { JsonObject } from '../../base/index.ts';

/** Field errors of the rules of a role; namespaced ones say nothing of other paths. */
export function validatePolicyRules(role: JsonObject, namespaced: boolean): FieldError[] {
  return objectsAt(role, 'rules').flatMap((rule, position) => {
    const here = index('rules', position);
    const urls = textsAt(rule, 'nonResourceURLs');
    const isEmpty = (member: string) => listAt(rule, member).length === 0;
    const errors: FieldError[] = [];
    if (isEmpty('verbs'))
      errors.push(required(child(here, 'verbs'), 'verbs must contain at least one value'));
    if (urls.length > 0) {
      const path = child(here, 'nonResourceURLs');
      if (namespaced)
        errors.push(invalid(path, [...urls], 'namespaced rules cannot apply to non-resource URLs'));
      if (!['apiGroups', 'resources', 'resourceNames'].every(isEmpty)) {
        const detail = 'rules cannot apply to both regular resources and non-resource URLs';
        errors.push(invalid(path, [...urls], detail));
      }
      return errors;
    }
    if (isEmpty('apiGroups')) {
      errors.push(required(child(here, 'apiGroups'), 'resource rules must supply at least one api group'));
    }
    if (isEmpty('resources')) {
      errors.push(required(child(here, 'resources'), 'resource rules must supply at least one resource'));
    }
    return errors;
  });
}
