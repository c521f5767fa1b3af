import type { FieldError } from '../../apimachinery/contract.ts';
import { listAt, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import {
  child,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dnsSubdomain, pathSegment, pathSegmentName } from '../../apimachinery/validation/names.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';

const group = 'rbac.authorization.k8s.io';

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

export function bindingRules(namespaced: boolean, kinds: readonly string[]): KindRules {
  return {
    name: pathSegmentName,
    validate(binding) {
      const ref = objectAt(binding, 'roleRef');
      const name = textAt(ref, 'name');
      const errors: FieldError[] = [];
      if (ref['apiGroup'] !== group)
        errors.push(notSupported('roleRef.apiGroup', textAt(ref, 'apiGroup'), [group]));
      if (!kinds.includes(textAt(ref, 'kind'))) {
        errors.push(notSupported('roleRef.kind', textAt(ref, 'kind'), kinds));
      }
      if (name) errors.push(...invalidEach('roleRef.name', name, pathSegment(name)));
      else errors.push(required('roleRef.name'));
      const subjects = objectsAt(binding, 'subjects').flatMap((subject, position) =>
        validateSubject(subject, index('subjects', position), namespaced),
      );
      return [...errors, ...subjects];
    },
    validateUpdate(binding, old) {
      if (jsonEqual(binding['roleRef'], old['roleRef'])) return [];
      const ref = objectAt(binding, 'roleRef');
      const shown = {
        APIGroup: textAt(ref, 'apiGroup'),
        Kind: textAt(ref, 'kind'),
        Name: textAt(ref, 'name'),
      };
      return [invalid('roleRef', shown, 'cannot change roleRef')];
    },
  };
}

function validateSubject(subject: JsonObject, path: string, namespaced: boolean): FieldError[] {
  const name = textAt(subject, 'name');
  const apiGroup = textAt(subject, 'apiGroup');
  const errors = name ? [] : [required(child(path, 'name'))];
  switch (subject['kind']) {
    case 'ServiceAccount':
      if (name) errors.push(...invalidEach(child(path, 'name'), name, dnsSubdomain(name)));
      if (apiGroup) errors.push(notSupported(child(path, 'apiGroup'), apiGroup, ['']));
      if (!namespaced && !textAt(subject, 'namespace')) errors.push(required(child(path, 'namespace')));
      return errors;
    case 'User':
    case 'Group':
      if (apiGroup !== group) errors.push(notSupported(child(path, 'apiGroup'), apiGroup, [group]));
      return errors;
    default:
      return [
        ...errors,
        notSupported(child(path, 'kind'), textAt(subject, 'kind'), ['ServiceAccount', 'User', 'Group']),
      ];
  }
}
