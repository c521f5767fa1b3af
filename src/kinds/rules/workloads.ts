import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { dnsLabel } from '../../apimachinery/validation/names.ts';
import {
  isEmptySelector,
  isUsableSelector,
  selectorMatches,
  validateSelector,
} from '../../apimachinery/validation/selectors.ts';
import {
  intOrPercentValue,
  notNegative,
  validateAtMostAll,
  validateIntOrPercent,
  validateNotNegative,
} from '../../apimachinery/validation/values.ts';
import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';
import { validatePodTemplate } from './pod-spec.ts';

export const templateMismatch = '`selector` does not match template `labels`';

export const deploymentRules: KindRules = {
  prepareForUpdate(object, old, subresource) {
    if (subresource === 'status') keepLabels(object, old);
  },
  validate(object) {
    const spec = objectAt(object, 'spec');
    return [
      ...validateNotNegative(spec, 'spec', 'replicas'),
      ...validateSelectedTemplate(spec, 'deployment', 'ReplicaSet'),
      ...validateDeploymentStrategy(objectAt(spec, 'strategy'), 'spec.strategy'),
      ...validateNotNegative(
        spec,
        'spec',
        'minReadySeconds',
        'revisionHistoryLimit',
        'progressDeadlineSeconds',
      ),
      ...validateProgressDeadline(spec),
    ];
  },
  validateUpdate: selectorIsImmutable,
  validateStatus: (object) => [
    ...validateCounts(object, 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas'),
    ...validateNoMoreThan(object, 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'),
    ...validateAvailable(object, 'readyReplicas'),
  ],
};

export const replicaSetRules: KindRules = {
  validate(object) {
    const spec = objectAt(object, 'spec');
    return [
      ...validateNotNegative(spec, 'spec', 'replicas', 'minReadySeconds'),
      ...validateSelectedTemplate(spec, 'deployment', 'ReplicaSet'),
    ];
  },
  validateUpdate: selectorIsImmutable,
  validateStatus: (object) => [
    ...validateCounts(object, 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
    ...validateNoMoreThan(object, 'replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
    ...validateAvailable(object, 'readyReplicas'),
  ],
};

export const replicationControllerRules: KindRules = {
  validate(object) {
    const spec = objectAt(object, 'spec');
    const selector = objectAt(spec, 'selector');
    const template = maybeObjectAt(spec, 'template');
    const errors = validateNotNegative(spec, 'spec', 'minReadySeconds', 'replicas');
    if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
    if (!template) return [...errors, required('spec.template')];
    const labels = objectAt(template, 'metadata', 'labels');
    if (!selectorMatches({ matchLabels: selector }, labels)) {
      errors.push(invalid('spec.template.metadata.labels', labels, templateMismatch));
    }
    return [
      ...errors,
      ...validatePodTemplate(template, 'spec.template'),
      ...validateRestart(spec, 'ReplicationController'),
    ];
  },
};

export const podTemplateRules: KindRules = {
  validate: (object) => validatePodTemplate(objectAt(object, 'template'), 'template'),
};

export const controllerRevisionRules: KindRules = {
  validate(object) {
    const { data } = object;
    const errors = data == null ? [required('data', 'data is mandatory')] : [];
    if (data != null && !isObject(data)) errors.push(required('data', 'data must be a valid JSON object'));
    return [...errors, ...validateNotNegative(object, '', 'revision')];
  },
  validateUpdate: (object, old) => validateImmutable(object, old, 'data', 'data'),
};

export const daemonSetRules: KindRules = {
  defaults(object) {
    const metadata = objectAt(object, 'metadata');
    metadata['annotations'] = { [templateGeneration]: '0', ...objectAt(metadata, 'annotations') };
  },
  prepareForCreate: (object) => keepTemplateGeneration(object, undefined),
  prepareForUpdate: (object, old) => keepTemplateGeneration(object, old),
  validate(object) {
    const spec = objectAt(object, 'spec');
    const selector = maybeObjectAt(spec, 'selector');
    const labels = objectAt(spec, 'template', 'metadata', 'labels');
    const errors = validateSelector(selector, 'spec.selector');
    if (!selectorMatches(selector, labels)) {
      errors.push(invalid('spec.template.metadata.labels', shownLabels(spec), templateMismatch));
    }
    if (selector && isEmptySelector(selector)) {
      errors.push(invalid('spec.selector', selector, 'empty selector is invalid for daemonset'));
    }
    return [
      ...errors,
      ...validatePodTemplate(objectAt(spec, 'template'), 'spec.template'),
      ...validateRestart(spec, 'DaemonSet'),
      ...validateNotNegative(spec, 'spec', 'minReadySeconds'),
      ...validateDaemonStrategy(objectAt(spec, 'updateStrategy'), 'spec.updateStrategy'),
      ...validateNotNegative(spec, 'spec', 'revisionHistoryLimit'),
    ];
  },
  validateUpdate: selectorIsImmutable,
};

const mutableStatefulSetMembers = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export const statefulSetRules: KindRules = {
  prepareForCreate: nameClaimKinds,
  prepareForUpdate: nameClaimKinds,
  validate(object) {
    const spec = objectAt(object, 'spec');
    const service = textAt(spec, 'serviceName');
    return [
      ...validateManagement(spec),
      ...validateSetStrategy(objectAt(spec, 'updateStrategy'), 'spec.updateStrategy'),
      ...validateRetention(objectAt(spec, 'persistentVolumeClaimRetentionPolicy')),
      ...validateNotNegative(spec, 'spec', 'replicas', 'minReadySeconds'),
      ...validateNotNegative(objectAt(spec, 'ordinals'), 'spec.ordinals', 'start'),
      ...(service ? invalidEach('spec.serviceName', service, dnsLabel(service)) : []),
      ...validateSelectedTemplate(withClaimVolumes(spec), 'statefulset', 'StatefulSet'),
    ];
  },
  validateUpdate(object, old) {
    const strip = (spec: JsonObject) =>
      Object.fromEntries(Object.entries(spec).filter(([name]) => !mutableStatefulSetMembers.includes(name)));
    if (jsonEqual(strip(objectAt(object, 'spec')), strip(objectAt(old, 'spec')))) return [];
    const members = mutableStatefulSetMembers.map((name) => `'${name}'`);
    const list = `${members.slice(0, -1).join(', ')} and ${members.at(-1)}`;
    return [forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)];
  },
  validateStatus: (object) => [
    ...validateCounts(object, 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'),
    ...validateNoMoreThan(
      object,
      'replicas',
      'readyReplicas',
      'currentReplicas',
      'updatedReplicas',
      'availableReplicas',
    ),
    ...validateAvailable(object, 'status.readyReplicas'),
  ],
};

function selectorIsImmutable(object: JsonObject, old: JsonObject): FieldError[] {
  return validateImmutable(objectAt(object, 'spec'), objectAt(old, 'spec'), 'spec.selector', 'selector');
}

function keepLabels(object: JsonObject, old: JsonObject): void {
  const labels = at(old, 'metadata', 'labels');
  const metadata = objectAt(object, 'metadata');
  if (labels === undefined) delete metadata['labels'];
  else metadata['labels'] = structuredClone(labels);
}

/** DaemonSets count their templates in an annotation that clients of old versions read. */
const templateGeneration = 'deprecated.daemonset.template.generation';

function keepTemplateGeneration(object: JsonObject, old: JsonObject | undefined): void {
  const name = templateGeneration;
  const metadata = objectAt(object, 'metadata');
  const annotations = { ...objectAt(metadata, 'annotations') };
  const before = Number(textAt(old, 'metadata', 'annotations', name)) || 0;
  const changed = !old || !jsonEqual(at(object, 'spec', 'template'), at(old, 'spec', 'template'));
  annotations[name] = String(changed ? before + 1 : before);
  metadata['annotations'] = annotations;
}

/** Claim templates are whole objects and are printed with their kind. */
function nameClaimKinds(object: JsonObject): void {
  for (const claim of objectsAt(object, 'spec', 'volumeClaimTemplates')) {
    claim['apiVersion'] = 'v1';
    claim['kind'] = 'PersistentVolumeClaim';
  }
}

/** Pod volumes that a StatefulSet makes of its claim templates count as there. */
function withClaimVolumes(spec: JsonObject): JsonObject {
  const claims = objectsAt(spec, 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name'));
  const podSpec = objectAt(spec, 'template', 'spec');
  const others = objectsAt(podSpec, 'volumes').filter((volume) => !claims.includes(textAt(volume, 'name')));
  const volumes = [
    ...claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
    ...others,
  ];
  return {
    ...spec,
    template: { ...objectAt(spec, 'template'), spec: { ...podSpec, volumes, hostname: '', subdomain: '' } },
  };
}

function validateSelectedTemplate(spec: JsonObject, kindInText: string, kind: string): FieldError[] {
  const selector = maybeObjectAt(spec, 'selector');
  const errors: FieldError[] = [];
  if (!selector) errors.push(required('spec.selector'));
  else {
    errors.push(...validateSelector(selector, 'spec.selector'));
    if (isEmptySelector(selector)) {
      errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${kindInText}`));
    }
    if (!isUsableSelector(selector))
      return [...errors, invalid('spec.selector', selector, 'invalid label selector')];
  }
  const isEmpty = selector !== undefined && isEmptySelector(selector);
  if (!isEmpty && !selectorMatches(selector, objectAt(spec, 'template', 'metadata', 'labels'))) {
    errors.push(invalid('spec.template.metadata.labels', shownLabels(spec), templateMismatch));
  }
  return [
    ...errors,
    ...validatePodTemplate(objectAt(spec, 'template'), 'spec.template'),
    ...validateRestart(spec, kind),
  ];
}

function shownLabels(spec: JsonObject) {
  return at(spec, 'template', 'metadata', 'labels') ?? null;
}

function validateRestart(spec: JsonObject, kind: string): FieldError[] {
  const pod = objectAt(spec, 'template', 'spec');
  const restart = textAt(pod, 'restartPolicy');
  const errors: FieldError[] = [];
  if (restart !== 'Always')
    errors.push(notSupported('spec.template.spec.restartPolicy', restart, ['Always']));
  if (pod['activeDeadlineSeconds'] !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', detail));
  }
  return errors;
}

function validateProgressDeadline(spec: JsonObject): FieldError[] {
  const deadline = spec['progressDeadlineSeconds'];
  if (typeof deadline !== 'number' || deadline > numberAt(spec, 'minReadySeconds')) return [];
  return [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')];
}

/** Refusals print the server's own structure, not the caller's JSON. */
function shownStrategy(strategy: JsonObject): JsonObject {
  return { Type: textAt(strategy, 'type'), RollingUpdate: strategy['rollingUpdate'] ?? null };
}

function validateDeploymentStrategy(strategy: JsonObject, path: string): FieldError[] {
  const type = textAt(strategy, 'type');
  const rolling = maybeObjectAt(strategy, 'rollingUpdate');
  const here = child(path, 'rollingUpdate');
  if (type === 'Recreate') {
    return rolling ? [forbidden(here, "may not be specified when strategy `type` is 'Recreate'")] : [];
  }
  if (type !== 'RollingUpdate')
    return [notSupported(path, shownStrategy(strategy), ['Recreate', 'RollingUpdate'])];
  if (!rolling) return [required(here, 'this should be defaulted and never be nil')];
  const { maxUnavailable, maxSurge } = rolling;
  const errors = [
    ...validateIntOrPercent(maxUnavailable, child(here, 'maxUnavailable')),
    ...validateIntOrPercent(maxSurge, child(here, 'maxSurge')),
  ];
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
    errors.push(invalid(child(here, 'maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...validateAtMostAll(maxUnavailable, child(here, 'maxUnavailable'))];
}

function validateDaemonStrategy(strategy: JsonObject, path: string): FieldError[] {
  const type = textAt(strategy, 'type');
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate')
    return [notSupported(path, shownStrategy(strategy), ['RollingUpdate', 'OnDelete'])];
  const here = child(path, 'rollingUpdate');
  const { maxUnavailable, maxSurge } = objectAt(strategy, 'rollingUpdate');
  const errors = [
    ...validateIntOrPercent(maxUnavailable, child(here, 'maxUnavailable')),
    ...validateIntOrPercent(maxSurge, child(here, 'maxSurge')),
    ...validateAtMostAll(maxUnavailable, child(here, 'maxUnavailable')),
    ...validateAtMostAll(maxSurge, child(here, 'maxSurge')),
  ];
  const hasUnavailable = intOrPercentValue(maxUnavailable) !== 0;
  const hasSurge = intOrPercentValue(maxSurge) !== 0;
  if (hasUnavailable && hasSurge) {
    errors.push(invalid(child(here, 'maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
  if (!hasUnavailable && !hasSurge) {
    errors.push(required(child(here, 'maxUnavailable'), 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}

function validateManagement(spec: JsonObject): FieldError[] {
  const policy = textAt(spec, 'podManagementPolicy');
  if (policy === 'OrderedReady' || policy === 'Parallel') return [];
  if (!policy) return [required('spec.podManagementPolicy')];
  return [invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")];
}

function validateSetStrategy(strategy: JsonObject, path: string): FieldError[] {
  const type = textAt(strategy, 'type');
  const rolling = maybeObjectAt(strategy, 'rollingUpdate');
  if (!type) return [required(path)];
  if (type === 'OnDelete') {
    const detail = "only allowed for updateStrategy 'RollingUpdate'";
    return rolling ? [invalid(child(path, 'rollingUpdate'), rolling, detail)] : [];
  }
  if (type !== 'RollingUpdate')
    return [invalid(path, shownStrategy(strategy), "must be 'RollingUpdate' or 'OnDelete'")];
  return validateNotNegative(rolling ?? {}, child(path, 'rollingUpdate'), 'partition');
}

function validateRetention(policy: JsonObject): FieldError[] {
  return ['whenDeleted', 'whenScaled'].flatMap((member) => {
    const value = textAt(policy, member);
    if (value === 'Retain' || value === 'Delete') return [];
    return [notSupported(`spec.persistentVolumeClaimRetentionPolicy.${member}`, value, ['Retain', 'Delete'])];
  });
}

function validateCounts(object: JsonObject, ...members: readonly string[]): FieldError[] {
  const status = objectAt(object, 'status');
  return ['observedGeneration', 'replicas', ...members].flatMap((member) =>
    numberAt(status, member) < 0 ? [invalid(`status.${member}`, status[member], notNegative)] : [],
  );
}

function validateNoMoreThan(object: JsonObject, most: string, ...members: readonly string[]): FieldError[] {
  const status = objectAt(object, 'status');
  return members.flatMap((member) =>
    numberAt(status, member) > numberAt(status, most)
      ? [invalid(`status.${member}`, status[member], `cannot be greater than status.${most}`)]
      : [],
  );
}

function validateAvailable(object: JsonObject, readyInText: string): FieldError[] {
  const status = objectAt(object, 'status');
  const available = numberAt(status, 'availableReplicas');
  if (available <= numberAt(status, 'readyReplicas')) return [];
  return [invalid('status.availableReplicas', available, `cannot be greater than ${readyInText}`)];
}
