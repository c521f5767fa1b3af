import type { FieldError } from '../../apimachinery/contract.ts';
import { flagAt, nameOf, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  forbidden,
  index,
  invalid,
  invalidEach,
  required,
} from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { qualifiedName } from '../../apimachinery/validation/names.ts';
import { validateChoice, validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';
import { nodeLabelAdvice } from '../shared/node-label-warnings.ts';

export const storageClass: BuiltInKind = {
  group: 'storage.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'storageclasses',
  kind: 'StorageClass',
  scope: 'Cluster',
  shortNames: ['sc'],
  columns: {
    definitions: [
      'Name|string|name|0',
      'Provisioner',
      'ReclaimPolicy',
      'VolumeBindingMode',
      'AllowVolumeExpansion',
      'Age',
    ],
    cells: (object) => [
      isDefaultClass(object) ? `${nameOf(object)} (default)` : nameOf(object),
      textAt(object, 'provisioner'),
      textAt(object, 'reclaimPolicy') || 'Delete',
      textAt(object, 'volumeBindingMode') || 'Immediate',
      flagAt(object, 'allowVolumeExpansion'),
      ageOf(object),
    ],
  },
  deletion: { answersWithObject: true },
  validate(object) {
    const provisioner = textAt(object, 'provisioner');
    return [
      ...(provisioner
        ? invalidEach('provisioner', provisioner, qualifiedName(provisioner.toLowerCase()))
        : [required('provisioner')]),
      ...validateParameters(object),
      ...validateOptionalChoice(object, '', 'reclaimPolicy', ['Delete', 'Retain']),
      ...validateChoice(object, '', 'volumeBindingMode', ['Immediate', 'WaitForFirstConsumer']),
    ];
  },
  validateUpdate(object, old) {
    const errors = ['parameters', 'provisioner', 'reclaimPolicy']
      .filter((member) => !jsonEqual(object[member], old[member]))
      .map((member) => forbidden(member, `updates to ${member} are forbidden.`));
    return [...errors, ...validateImmutable(object, old, 'volumeBindingMode', 'volumeBindingMode')];
  },
  warnings: storageClassWarnings,
};

const maxParameters = 512;

function validateParameters(object: JsonObject): FieldError[] {
  const names = Object.keys(objectAt(object, 'parameters'));
  const errors = names.includes('') ? [invalid('parameters', '', 'field can not be empty.')] : [];
  if (names.length > maxParameters) {
    errors.push({
      reason: 'FieldValueTooLong',
      field: 'Provisioner Parameters',
      message: `Too long: may not be more than ${maxParameters} bytes`,
    });
  }
  return errors;
}

function isDefaultClass(object: JsonObject): boolean {
  const annotations = objectAt(object, 'metadata', 'annotations');
  return (
    annotations['storageclass.kubernetes.io/is-default-class'] === 'true' ||
    annotations['storageclass.beta.kubernetes.io/is-default-class'] === 'true'
  );
}

function storageClassWarnings(storageClass: JsonObject): string[] {
  return objectsAt(storageClass, 'allowedTopologies').flatMap((topology, i) =>
    objectsAt(topology, 'matchLabelExpressions').flatMap((expression, j) => {
      const advice = nodeLabelAdvice(textAt(expression, 'key'));
      const here = index(child(index('allowedTopologies', i), 'matchLabelExpressions'), j);
      return advice === undefined ? [] : [`${child(here, 'key')}: ${advice}`];
    }),
  );
}
