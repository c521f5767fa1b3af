import { nameOf, objectAt, textAt } from '../../apimachinery/read.ts';
import { forbidden, required } from '../../apimachinery/validation/errors.ts';
import { jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

export const volumeAttributesClass: BuiltInKind = {
  group: 'storage.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'volumeattributesclasses',
  kind: 'VolumeAttributesClass',
  scope: 'Cluster',
  quirks: { hashedVersion: 'v1beta1' },
  shortNames: ['vac'],
  columns: {
    definitions: ['Name|string|name|0', 'DriverName', 'Age'],
    cells: (object) => [nameOf(object), textAt(object, 'driverName'), ageOf(object)],
  },
  deletion: { answersWithObject: true },
  validate(object) {
    const errors = textAt(object, 'driverName') ? [] : [required('driverName')];
    if (Object.keys(objectAt(object, 'parameters')).length === 0) {
      errors.push(required('parameters', 'must contain at least one key/value pair'));
    }
    return errors;
  },
  validateUpdate(object, old) {
    const changed = ['driverName', 'parameters'].filter((member) => !jsonEqual(object[member], old[member]));
    return changed.map((member) => forbidden(member, `updates to ${member} are forbidden.`));
  },
};
