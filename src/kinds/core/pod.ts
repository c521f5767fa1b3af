import { cloneJson } from '../../apimachinery/clone.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { keepMetadata, metadataOf, readMetadata } from '../../apimachinery/metadata.ts';
import { at, listAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { child, forbidden, index, invalid, required } from '../../apimachinery/validation/errors.ts';
import { type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { flagField, textField } from '../shared/field-selectors.ts';
import {
  appArmorPrefix,
  mirrorAnnotation,
  validatePodAnnotationChange,
  validatePodAnnotations,
  validateSameSeccomp,
} from '../shared/pod-annotations.ts';
import { validatePodSpec } from '../shared/pod-spec.ts';
import { nameWarnings, podWarnings } from '../shared/pod-warnings.ts';
import { podCells } from './pod/cells.ts';
import { takeEphemeralContainers, validateEphemeralContainers } from './pod/ephemeral-containers.ts';
import { qualityOfService } from './pod/quality-of-service.ts';
import { takeResources, validateResize } from './pod/resize.ts';

export const pod: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'pods',
  kind: 'Pod',
  scope: 'Namespaced',
  shortNames: ['po'],
  categories: ['all'],
  subresources: {
    attach: 'create get -> //PodAttachOptions',
    binding: 'create -> //Binding',
    ephemeralcontainers: 'get patch update',
    eviction: 'create -> policy/v1/Eviction',
    exec: 'create get -> //PodExecOptions',
    log: 'get',
    portforward: 'create get -> //PodPortForwardOptions',
    proxy: 'create delete get patch update -> //PodProxyOptions',
    resize: 'get patch update',
    status: 'get patch update',
  },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Ready',
      'Status',
      'Restarts',
      'Age',
      'IP|string||1',
      'Node|string||1',
      'Nominated Node|string||1',
      'Readiness Gates|string||1',
    ],
    cells: podCells,
  },
  selectable: {
    'spec.nodeName': textField('spec', 'nodeName'),
    'spec.restartPolicy': textField('spec', 'restartPolicy'),
    'spec.schedulerName': textField('spec', 'schedulerName'),
    'spec.serviceAccountName': textField('spec', 'serviceAccountName'),
    'spec.hostNetwork': flagField('spec', 'hostNetwork'),
    'status.phase': textField('status', 'phase'),
    'status.podIP': textField('status', 'podIP'),
    'status.podIPs': textField('status', 'podIP'),
    'status.nominatedNodeName': textField('status', 'nominatedNodeName'),
  },
  quirks: {
    hasGeneration: true,
    resets: { status: ['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'] },
  },
  deletion: { answersWithObject: true, showsMark: true, graceSeconds },
  prepareForCreate(pod) {
    const spec = objectAt(pod, 'spec');
    const seconds = spec['terminationGracePeriodSeconds'];
    if (typeof seconds === 'number' && seconds < 0) spec['terminationGracePeriodSeconds'] = 1;
    takeProfiles(pod);
    pod['status'] = { phase: 'Pending', qosClass: qualityOfService(objectAt(pod, 'spec')) };
  },
  prepareForUpdate(pod, old, subresource) {
    // What the scheduler and the kubelet were told stays, whatever a status writer sends.
    if (subresource === 'status') keepOwners(pod, old);
    if (subresource === 'ephemeralcontainers' || subresource === 'resize') keepMetadata(pod, old);
    if (subresource === 'status') pod['spec'] = cloneJson(old['spec']);
    if (subresource === 'ephemeralcontainers') takeEphemeralContainers(pod, old);
    if (subresource === 'resize') takeResources(pod, old);
  },
  validate(pod) {
    const spec = objectAt(pod, 'spec');
    const annotations = objectAt(pod, 'metadata', 'annotations');
    return [
      ...validatePodAnnotations(annotations, spec, 'metadata.annotations'),
      ...validatePodSpec(spec, 'spec'),
    ];
  },
  validateCreate(pod) {
    const spec = objectAt(pod, 'spec');
    const errors: FieldError[] = [];
    if (objectsAt(spec, 'ephemeralContainers').length > 0) {
      errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
    }
    if (textAt(spec, 'nodeName') && objectsAt(spec, 'schedulingGates').length > 0) {
      errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
    }
    return [...errors, ...validateSameSeccomp(objectAt(pod, 'metadata'), spec, 'spec')];
  },
  validateStatus: validatePodAnnotationChange,
  validateUpdate(pod, old, subresource) {
    const [spec, before] = [objectAt(pod, 'spec'), objectAt(old, 'spec')];
    const isMirror = at(old, 'metadata', 'annotations', mirrorAnnotation) !== undefined;
    if (subresource === 'resize')
      return isMirror ? [forbidden('[]', 'static pods cannot be resized')] : validateResize(spec, before);
    const errors = validatePodAnnotationChange(pod, old);
    if (subresource !== 'ephemeralcontainers') return [...errors, ...validateSpecChange(spec, before)];
    if (isMirror) return [forbidden('[]', 'static pods do not support ephemeral containers')];
    return [...errors, ...validateEphemeralContainers(spec, before)];
  },
  warnings: (pod, old) => (old ? [] : [...nameWarnings(pod, "the Pod's hostname"), ...podWarnings(pod, '')]),
};

function keepOwners(pod: JsonObject, old: JsonObject): void {
  const { ownerReferences } = readMetadata(old);
  if (ownerReferences === undefined) delete metadataOf(pod)['ownerReferences'];
  else metadataOf(pod)['ownerReferences'] = cloneJson(ownerReferences);
}

const usualGraceSeconds = 30;

/** Only pods that run somewhere get time to end; others go at once. */
function graceSeconds(pod: JsonObject, asked: number | undefined): number {
  const spec = objectAt(pod, 'spec');
  const phase = textAt(pod, 'status', 'phase');
  if (textAt(spec, 'nodeName') === '' || phase === 'Failed' || phase === 'Succeeded') return 0;
  const own = spec['terminationGracePeriodSeconds'];
  return Math.max(0, asked ?? (typeof own === 'number' ? own : usualGraceSeconds));
}

/** Fields of a running pod's spec that may change, as the refusal lists them. */
const changeable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];

function validateSpecChange(spec: JsonObject, before: JsonObject): FieldError[] {
  for (const list of ['containers', 'initContainers']) {
    const path = `spec.${list}`;
    const now = objectsAt(spec, list);
    if (now.length !== objectsAt(before, list).length) {
      return [forbidden(path, 'pod updates may not add or remove containers')];
    }
    const empty = now.flatMap((container, position) =>
      textAt(container, 'image') ? [] : [required(child(index(path, position), 'image'))],
    );
    if (empty.length > 0) return empty;
  }
  const errors = validateDeadlineChange(spec, before);
  const lost = listAt(before, 'tolerations').some(
    (old) => !listAt(spec, 'tolerations').some((toleration) => sameToleration(toleration, old)),
  );
  if (lost) {
    const detail = 'existing toleration can not be modified except its tolerationSeconds';
    errors.push(forbidden('spec.tolerations', detail));
  }
  if (jsonEqual(withoutChangeable(spec), withoutChangeable(before))) return errors;
  const detail = `pod updates may not change fields other than ${changeable.join(',')}`;
  return [...errors, forbidden('spec', `${detail}\n${changesBetween(before, spec)}`)];
}

function validateDeadlineChange(spec: JsonObject, before: JsonObject): FieldError[] {
  const now = spec['activeDeadlineSeconds'];
  const old = before['activeDeadlineSeconds'];
  if (typeof old !== 'number') return [];
  const path = 'spec.activeDeadlineSeconds';
  if (typeof now !== 'number')
    return [invalid(path, null, 'must not update from a positive integer to nil value')];
  return old < now ? [invalid(path, now, 'must be less than or equal to previous value')] : [];
}

function sameToleration(a: Json, b: Json): boolean {
  const strip = (toleration: Json) => ({ ...objectAt(toleration), tolerationSeconds: 0 });
  return jsonEqual(strip(a), strip(b));
}

function withoutChangeable(spec: JsonObject): JsonObject {
  const copy: JsonObject = { ...spec };
  for (const list of ['containers', 'initContainers']) {
    if (copy[list] !== undefined) copy[list] = objectsAt(spec, list).map((item) => ({ ...item, image: '' }));
  }
  for (const member of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']) delete copy[member];
  if (spec['terminationGracePeriodSeconds'] === 1) delete copy['terminationGracePeriodSeconds'];
  return copy;
}

/** The members that differ, one line for each side, for people to read. */
function changesBetween(before: JsonObject, after: JsonObject): string {
  const old = withoutChangeable(before);
  const now = withoutChangeable(after);
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return names
    .filter((name) => !jsonEqual(old[name], now[name]))
    .map((name) => `- ${name}: ${JSON.stringify(old[name])}\n+ ${name}: ${JSON.stringify(now[name])}`)
    .join('\n');
}

const profiles: Readonly<Record<string, string | undefined>> = {
  'runtime/default': 'RuntimeDefault',
  unconfined: 'Unconfined',
};

/** Annotations of an earlier time become the fields that took their place. */
function takeProfiles(pod: JsonObject): void {
  const annotations = objectAt(pod, 'metadata', 'annotations');
  for (const list of ['initContainers', 'containers']) {
    for (const container of objectsAt(pod, 'spec', list)) {
      const written = textAt(annotations, `${appArmorPrefix}${textAt(container, 'name')}`);
      const context = objectAt(container, 'securityContext');
      if (written === '' || context['appArmorProfile'] !== undefined) continue;
      const type = Object.hasOwn(profiles, written) ? profiles[written] : undefined;
      const localhost = written.startsWith('localhost/') ? written.slice('localhost/'.length) : undefined;
      if (type !== undefined) container['securityContext'] = { ...context, appArmorProfile: { type } };
      else if (localhost !== undefined) {
        const appArmorProfile = { type: 'Localhost', localhostProfile: localhost };
        container['securityContext'] = { ...context, appArmorProfile };
      }
    }
  }
}
