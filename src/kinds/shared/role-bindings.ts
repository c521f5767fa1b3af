import type { FieldError } from '../../apimachinery/contract.ts';
import { nameOf, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
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
import type { KindColumns, KindRules } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

const group = 'rbac.authorization.k8s.io';

/** What a binding adds to a write; a namespaced one may also name kinds of roles without a namespace. */
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

/** What bindings of both scopes show. */
export const bindingColumns: KindColumns = {
  definitions: [
    'Name|string|name|0',
    'Role',
    'Age',
    'Users|string||1',
    'Groups|string||1',
    'ServiceAccounts|string||1',
  ],
  cells(object) {
    const subjects = objectsAt(object, 'subjects');
    const names = (kind: string) =>
      subjects
        .filter((subject) => subject['kind'] === kind)
        .map(
          (subject) =>
            (kind === 'ServiceAccount' ? `${textAt(subject, 'namespace')}/` : '') + textAt(subject, 'name'),
        )
        .join(', ');
    return [
      nameOf(object),
      `${textAt(object, 'roleRef', 'kind')}/${textAt(object, 'roleRef', 'name')}`,
      ageOf(object),
      names('User'),
      names('Group'),
      names('ServiceAccount'),
    ];
  },
};
