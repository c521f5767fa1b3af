import { cloneJson } from '../../apimachinery/clone.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { listAt, nameOf, objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { index, invalid, invalidEach } from '../../apimachinery/validation/errors.ts';
import { validateStandardFinalizers } from '../../apimachinery/validation/metadata.ts';
import { labelName, qualifiedName } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';
import { textField } from '../shared/field-selectors.ts';

export const namespace: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'namespaces',
  kind: 'Namespace',
  scope: 'Cluster',
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  shortNames: ['ns'],
  subresources: { finalize: 'update', status: 'get patch update' },
  columns: {
    definitions: ['Name|string|name|0', 'Status', 'Age'],
    cells: (object) => [nameOf(object), textAt(object, 'status', 'phase'), ageOf(object)],
  },
  selectable: { 'status.phase': textField('status', 'phase'), name: textField('metadata', 'name') },
  quirks: { knowsNoNamespace: true },
  deletion: {
    answersWithObject: true,
    timeless: true,
    mark(object) {
      object['status'] = { ...objectAt(object, 'status'), phase: 'Terminating' };
    },
    isHeld: (object) => listAt(object, 'spec', 'finalizers').length > 0,
  },
  name: labelName,
  prepareForCreate(object) {
    object['status'] = { phase: 'Active' };
    const spec = objectAt(object, 'spec');
    const finalizers = [...textsAt(spec, 'finalizers')];
    object['spec'] = {
      finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'],
    };
  },
  prepareForUpdate(object, old, subresource) {
    // Only the `finalize` subresource changes what a namespace waits for.
    if (subresource === '') object['spec'] = cloneJson(old['spec']);
  },
  validateCreate: validateSpecFinalizers,
  validateUpdate: (object, _old, subresource) =>
    subresource === 'finalize' ? validateSpecFinalizers(object) : [],
  validateStatus(object, old) {
    const phase = textAt(object, 'status', 'phase');
    const going = textAt(old, 'metadata', 'deletionTimestamp') !== '';
    if (phase === (going ? 'Terminating' : 'Active')) return [];
    const detail = going
      ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
      : "may only be 'Active' if `deletionTimestamp` is empty";
    return [invalid('status.Phase', phase, detail)];
  },
};

/** What a namespace waits for before it goes. */
function validateSpecFinalizers(object: JsonObject): FieldError[] {
  const path = 'spec.finalizers';
  const finalizers = [...textsAt(object, 'spec', 'finalizers')];
  const wrong = finalizers.flatMap((name, position) =>
    invalidEach(index(path, position), name, qualifiedName(name)),
  );
  return [...wrong, ...validateStandardFinalizers(finalizers, path)];
}
