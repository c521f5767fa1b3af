import { flagAt, nameOf, numberAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { required } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { validateNotNegative } from '../../apimachinery/validation/values.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none } from '../shared/cells.ts';

export const controllerRevision: BuiltInKind = {
  group: 'apps',
  versions: [{ version: 'v1' }],
  resource: 'controllerrevisions',
  kind: 'ControllerRevision',
  scope: 'Namespaced',
  columns: {
    definitions: ['Name|string|name|0', 'Controller', 'Revision', 'Age'],
    cells(object) {
      const owner = objectsAt(object, 'metadata', 'ownerReferences').find((ref) => flagAt(ref, 'controller'));
      return [nameOf(object), ownerText(owner), numberAt(object, 'revision'), ageOf(object)];
    },
  },
  validate(object) {
    const { data } = object;
    const errors = data == null ? [required('data', 'data is mandatory')] : [];
    if (data != null && !isObject(data)) errors.push(required('data', 'data must be a valid JSON object'));
    return [...errors, ...validateNotNegative(object, '', 'revision')];
  },
  validateUpdate: (object, old) => validateImmutable(object, old, 'data', 'data'),
};

function ownerText(owner: JsonObject | undefined): string {
  if (!owner) return none;
  const group = textAt(owner, 'apiVersion').split('/').slice(0, -1).join('');
  const kind = textAt(owner, 'kind').toLowerCase();
  return `${kind}${group && `.${group}`}/${textAt(owner, 'name')}`;
}
