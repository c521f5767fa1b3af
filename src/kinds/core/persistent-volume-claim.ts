import type { FieldError } from '../../apimachinery/contract.ts';
import { compareQuantities, parseQuantity } from '../../apimachinery/quantity.ts';
import { at, nameOf, objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { forbidden, key } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, unset } from '../shared/cells.ts';
import { validateClaimSpec } from '../shared/claims.ts';
import { accessModes, phase, quantityText, storageClass } from '../shared/volume-cells.ts';
import { claimWarnings, volumeAnnotations } from '../shared/volume-warnings.ts';

export const persistentVolumeClaim: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
  scope: 'Namespaced',
  shortNames: ['pvc'],
  subresources: { status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Status',
      'Volume',
      'Capacity',
      'Access Modes',
      'StorageClass',
      'VolumeAttributesClass',
      'Age',
      'VolumeMode|string||1',
    ],
    cells(object) {
      const bound = textAt(object, 'spec', 'volumeName') !== '';
      return [
        nameOf(object),
        phase(object),
        textAt(object, 'spec', 'volumeName'),
        bound ? quantityText(at(object, 'status', 'capacity', 'storage')) : '',
        bound ? accessModes(textsAt(object, 'status', 'accessModes')) : '',
        storageClass(object),
        textAt(object, 'spec', 'volumeAttributesClassName') || unset,
        ageOf(object),
        textAt(object, 'spec', 'volumeMode') || unset,
      ];
    },
  },
  deletion: { answersWithObject: true },
  prepareForCreate(claim) {
    claim['status'] = { phase: 'Pending' };
  },
  validate: (claim) => validateClaimSpec(claim['spec'], 'spec'),
  validateUpdate(claim, old) {
    const spec = objectAt(claim, 'spec');
    const before = objectAt(old, 'spec');
    const bound = textAt(claim, 'status', 'phase') === 'Bound';
    const errors: FieldError[] = [];
    if (!jsonEqual(fixedPart(spec, before, bound), fixedPart(before, before, bound))) {
      const detail =
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
      errors.push(forbidden('spec', detail));
    }
    const now = parseQuantity(at(spec, 'resources', 'requests', 'storage'));
    const size = parseQuantity(at(before, 'resources', 'requests', 'storage'));
    const actual = parseQuantity(at(old, 'status', 'capacity', 'storage'));
    if (now && size && compareQuantities(now, size) < 0 && actual && compareQuantities(now, actual) <= 0) {
      errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
    }
    return [...errors, ...validateImmutable(spec, before, 'volumeMode', 'volumeMode')];
  },
  warnings: claimObjectWarnings,
};

/** What of a claim may not change: a volume may still be bound, and a bound claim may grow. */
function fixedPart(spec: JsonObject, before: JsonObject, bound: boolean): JsonObject {
  const copy: JsonObject = { ...spec };
  if (!textAt(before, 'volumeName')) delete copy['volumeName'];
  if (!bound) return copy;
  delete copy['volumeAttributesClassName'];
  const requests = { ...objectAt(spec, 'resources', 'requests') };
  delete requests['storage'];
  copy['resources'] = { ...objectAt(spec, 'resources'), requests };
  return copy;
}

/** A claim's annotation is told of as a volume's is. */
function claimObjectWarnings(claim: JsonObject): string[] {
  const [[name, advice] = ['', '']] = volumeAnnotations;
  const warnings =
    at(claim, 'metadata', 'annotations', name) === undefined
      ? []
      : [`${key('metadata.annotations', name)}: ${advice}`];
  return [...warnings, ...claimWarnings(objectAt(claim, 'spec'), 'spec')];
}
