import type { FieldError } from '../../apimachinery/contract.ts';
import { compareQuantities, parseQuantity } from '../../apimachinery/quantity.ts';
import { at, maybeObjectAt, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  invalidEach,
  key,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { dnsSubdomain, qualifiedName } from '../../apimachinery/validation/names.ts';
import { validateChoice, validateOptionalChoice } from '../../apimachinery/validation/values.ts';
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

export const storageClassRules: KindRules = {
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

export const csiDriverRules: KindRules = {
  validate(object) {
    const spec = objectAt(object, 'spec');
    const modes = textsAt(spec, 'volumeLifecycleModes')
      .filter((mode) => mode !== 'Persistent' && mode !== 'Ephemeral')
      .map((mode) => notSupported('spec.volumeLifecycleModes', mode, ['Ephemeral', 'Persistent']));
    const policies = ['File', 'None', 'ReadWriteOnceWithFSType'];
    return [...modes, ...validateOptionalChoice(spec, 'spec', 'fsGroupPolicy', policies)];
  },
  validateUpdate(object, old) {
    const spec = objectAt(object, 'spec');
    const before = objectAt(old, 'spec');
    return [
      ...validateImmutable(spec, before, 'spec.attachedRequired', 'attachRequired'),
      ...validateImmutable(spec, before, 'spec.volumeLifecycleModes', 'volumeLifecycleModes'),
    ];
  },
};

export const volumeAttachmentRules: KindRules = {
  validate(object) {
    const spec = objectAt(object, 'spec');
    const source = objectAt(spec, 'source');
    const attacher = textAt(spec, 'attacher');
    const errors = attacher ? [] : [required('spec.attacher')];
    errors.push(...invalidEach('spec.attacher', attacher, dnsSubdomain(attacher.toLowerCase())));
    const sources = ['persistentVolumeName', 'inlineVolumeSpec'].filter((name) => source[name] !== undefined);
    if (sources.length === 0) {
      errors.push(
        required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'),
      );
    }
    if (sources.length > 1) {
      errors.push(
        forbidden('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'),
      );
    }
    const node = textAt(spec, 'nodeName');
    errors.push(...invalidEach('spec.nodeName', node, dnsSubdomain(node)));
    return errors;
  },
  validateUpdate(object, old) {
    if (jsonEqual(object['spec'], old['spec'])) return [];
    return [invalid('spec', object['spec'], 'field is immutable')];
  },
};

export const attributesClassRules: KindRules = {
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

export const capacityRules: KindRules = {
  validate(object) {
    const name = textAt(object, 'storageClassName');
    return invalidEach('storageClassName', name, dnsSubdomain(name));
  },
  validateUpdate: (object, old) => [
    ...validateImmutable(object, old, 'nodeTopology', 'nodeTopology'),
    ...validateImmutable(object, old, 'storageClassName', 'storageClassName'),
  ],
};

export const csiNodeRules: KindRules = {
  validate(object) {
    const names = new Set<string>();
    return objectsAt(object, 'spec', 'drivers').flatMap((driver, position) => {
      const here = index('spec.drivers', position);
      const name = textAt(driver, 'name');
      const errors = name
        ? invalidEach(child(here, 'name'), name, dnsSubdomain(name.toLowerCase()))
        : [required(child(here, 'name'))];
      if (!textAt(driver, 'nodeID')) errors.push(required(child(here, 'nodeID')));
      if (names.has(name)) errors.push(duplicate(child(here, 'name'), name));
      names.add(name);
      const topology = textsAt(driver, 'topologyKeys');
      return [...errors, ...topology.flatMap((text) => invalidEach(here, text, qualifiedName(text)))];
    });
  },
};
