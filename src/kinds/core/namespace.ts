import { listAt, nameOf, objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { invalid } from '../../apimachinery/validation/errors.ts';
import { labelName } from '../../apimachinery/validation/names.ts';
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
    if (subresource === '') object['spec'] = structuredClone(old['spec']);
  },
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
