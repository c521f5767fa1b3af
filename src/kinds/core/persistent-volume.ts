import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, nameOf, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { forbidden, index, key, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, unset } from '../shared/cells.ts';
import { validateAccessModes, validateClassName, validateQuantityPositive } from '../shared/claims.ts';
import { nodeTermWarnings } from '../shared/node-label-warnings.ts';
import { validateNodeSelector } from '../shared/pod-spec.ts';
import { accessModes, phase, quantityText, storageClass } from '../shared/volume-cells.ts';
import { deadVolumes, memberShown, volumeAnnotations } from '../shared/volume-warnings.ts';
import { validateSource } from '../shared/volumes.ts';

export const persistentVolume: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'persistentvolumes',
  kind: 'PersistentVolume',
  scope: 'Cluster',
  shortNames: ['pv'],
  subresources: { status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Capacity',
      'Access Modes',
      'Reclaim Policy',
      'Status',
      'Claim',
      'StorageClass',
      'VolumeAttributesClass',
      'Reason',
      'Age',
      'VolumeMode|string||1',
    ],
    cells(object) {
      const claim = maybeObjectAt(object, 'spec', 'claimRef');
      return [
        nameOf(object),
        quantityText(at(object, 'spec', 'capacity', 'storage')),
        accessModes(textsAt(object, 'spec', 'accessModes')),
        textAt(object, 'spec', 'persistentVolumeReclaimPolicy'),
        phase(object),
        claim ? `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}` : '',
        storageClass(object),
        textAt(object, 'spec', 'volumeAttributesClassName') || unset,
        textAt(object, 'status', 'reason'),
        ageOf(object),
        textAt(object, 'spec', 'volumeMode') || unset,
      ];
    },
  },
  deletion: { answersWithObject: true },
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
  warnings: volumeObjectWarnings,
};

const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];

const volumeModes = ['Block', 'Filesystem'];

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

function volumeObjectWarnings(volume: JsonObject): string[] {
  const warnings = [...volumeAnnotations]
    .filter(([name]) => at(volume, 'metadata', 'annotations', name) !== undefined)
    .map(([name, advice]) => `${key('metadata.annotations', name)}: ${advice}`);
  const spec = objectAt(volume, 'spec');
  if (spec['persistentVolumeReclaimPolicy'] === 'Recycle') {
    const advice = 'Instead, the recommended approach is to use dynamic provisioning.';
    warnings.push(`spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. ${advice}`);
  }
  const terms = objectsAt(spec, 'nodeAffinity', 'required', 'nodeSelectorTerms');
  const here = 'spec.nodeAffinity.required.nodeSelectorTerms';
  warnings.push(...terms.flatMap((term, i) => nodeTermWarnings(term, index(here, i), false)));
  const kinds = ['cephfs', 'photonPersistentDisk', 'scaleIO', 'storageos', 'glusterfs', 'rbd'];
  for (const kind of kinds) {
    if (spec[kind] !== undefined) warnings.push(`spec.${memberShown(kind)}: ${deadVolumes.get(kind) ?? ''}`);
  }
  return warnings;
}
