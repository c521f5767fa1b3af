import type { FieldError } from '../../apimachinery/contract.ts';
import { compareQuantities, parseQuantity } from '../../apimachinery/quantity.ts';
import { at, maybeObjectAt, objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { forbidden, key, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';
import {
  validateAccessModes,
  validateClaimSpec,
  validateClassName,
  validateQuantityPositive,
} from './claims.ts';
import { validateNodeSelector } from './pod-spec.ts';
import { validateSource } from './volumes.ts';

const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];
const volumeModes = ['Block', 'Filesystem'];

export const volumeRules: KindRules = {
  prepareForCreate(volume) {
    volume['status'] = { phase: 'Pending' };
  },
  validate(volume) {
    const spec = objectAt(volume, 'spec');
    const modes = textsAt(spec, 'accessModes');
    const capacity = objectAt(spec, 'capacity');
    const names = Object.keys(capacity);
    const affinity = maybeObjectAt(spec, 'nodeAffinity', 'required');
    const errors =
      modes.length === 0 ? [required('spec.accessModes')] : validateAccessModes(modes, 'spec.accessModes');
    if (names.length === 0) errors.push(required('spec.capacity'));
    if (names.length !== 1 || names[0] !== 'storage') {
      errors.push(notSupported('spec.capacity', spec['capacity'] ?? null, ['storage']));
    }
    for (const [name, amount] of Object.entries(capacity)) {
      if (amount !== undefined) errors.push(...validateQuantityPositive(amount, key('spec.capacity', name)));
    }
    errors.push(...validateOptionalChoice(spec, 'spec', 'persistentVolumeReclaimPolicy', reclaimPolicies));
    if (affinity) errors.push(...validateNodeSelector(affinity, 'spec.nodeAffinity.required'));
    errors.push(...validateSource(spec, 'spec'));
    if (spec['local'] !== undefined && !affinity) {
      errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
    }
    return [
      ...errors,
      ...validateClassName(spec, 'spec', 'storageClassName'),
      ...validateOptionalChoice(spec, 'spec', 'volumeMode', volumeModes),
    ];
  },
  validateUpdate(volume, old) {
    const spec = objectAt(volume, 'spec');
    const before = objectAt(old, 'spec');
    const errors: FieldError[] = [];
    if (!jsonEqual(sourceOf(spec), sourceOf(before))) {
      const detail = 'spec.persistentvolumesource is immutable after creation';
      errors.push(forbidden('spec.persistentvolumesource', detail));
    }
    errors.push(...validateImmutable(spec, before, 'volumeMode', 'volumeMode'));
    if (before['nodeAffinity'] !== undefined) {
      errors.push(...validateImmutable(spec, before, 'nodeAffinity', 'nodeAffinity'));
    }
    return errors;
  },
};

/** Members of a volume's spec that say something about the volume rather than what it is. */
const aboutVolume = [
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
];

function sourceOf(spec: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !aboutVolume.includes(name)));
}

export const claimRules: KindRules = {
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
