import {
  type AdmissionStep,
  type ClusterView,
  refused,
  resourceKey,
  type Write,
} from '../../../apimachinery/admission.ts';
import { labelsOf } from '../../../apimachinery/metadata.ts';
import { maybeObjectAt, objectAt, objectsAt, textAt } from '../../../apimachinery/read.ts';
import { fieldErrorText, internalError, invalid } from '../../../apimachinery/status.ts';
import { aggregated } from '../../../apimachinery/validation/go-text.ts';
import { isObject, type JsonObject, jsonEqual } from '../../../base/index.ts';
import type { PodLike } from './check.ts';
import { existingPods } from './existing-pods.ts';
import { compareLevels, isSameStandard, policyOf, standardText } from './policy.ts';
import { told, violations } from './standards.ts';

/** Where objects say which pods they make. */
const templates: ReadonlyMap<string, readonly string[]> = new Map([
  ['/replicationcontrollers', ['spec', 'template']],
  ['/podtemplates', ['template']],
  ['apps/replicasets', ['spec', 'template']],
  ['apps/deployments', ['spec', 'template']],
  ['apps/statefulsets', ['spec', 'template']],
  ['apps/daemonsets', ['spec', 'template']],
  ['batch/jobs', ['spec', 'template']],
  ['batch/cronjobs', ['spec', 'jobTemplate', 'spec', 'template']],
]);

/** Ways to a pod that leave its spec as it is. */
const harmless = ['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status'];

/**
 * Pods keep to the Pod Security Standard that the labels of their namespace name. What pods are made of is only audited and
 * warned about.
 */
export const podSecurity: AdmissionStep = {
  name: 'PodSecurity',
  concerns({ definition, subresource, operation }) {
    if (operation === 'DELETE') return false;
    const key = resourceKey(definition);
    if (key === '/pods') return !harmless.includes(subresource);
    return subresource === '' && (key === '/namespaces' || templates.has(key));
  },
  validate(write, cluster) {
    const { object, definition, namespace } = write;
    if (!object) return undefined;
    if (definition.resource === 'namespaces') return judgeNamespace(write, object, cluster);
    const found = cluster.find({ group: '', resource: 'namespaces', namespace: '' }, namespace);
    if (found instanceof Promise) return found.then((owner) => judge(write, object, owner));
    return judge(write, object, found);
  },
};

async function judgeNamespace(write: Write, object: JsonObject, cluster: ClusterView): Promise<void> {
  const { definition, name, old } = write;
  const { policy, errors } = policyOf(labelsOf(object));
  const before = old && policyOf(labelsOf(old));
  if (
    errors.length > 0 &&
    !(before && jsonEqual(errors.map(fieldErrorText), before.errors.map(fieldErrorText)))
  )
    throw invalid(definition, name, errors);
  if (!before || isSameStandard(policy.enforce, before.policy.enforce)) return;
  const { enforce } = policy;
  const was = before.policy.enforce;
  if (enforce.level === 'privileged') return;
  if (enforce.minor === was.minor && compareLevels(enforce.level, was.level) <= 0) return;
  const pods = await cluster.list({ group: '', resource: 'pods', namespace: name });
  write.warnings.push(...existingPods(name, enforce, pods));
}

function judge(write: Write, object: JsonObject, namespace: JsonObject | undefined): void {
  const { definition, old, annotations, warnings } = write;
  const isPod = definition.resource === 'pods';
  if (!namespace) throw internalError(`failed to lookup namespace ${JSON.stringify(write.namespace)}`);
  const { policy, errors } = policyOf(labelsOf(namespace));
  const { enforce, audit, warn } = policy;
  const isFree = audit.level === 'privileged' && warn.level === 'privileged' && errors.length === 0;
  if (isFree && isPod && enforce.level === 'privileged') {
    annotations['pod-security.kubernetes.io/enforce-policy'] = 'privileged:latest';
    return;
  }
  if (isFree && !isPod) return;
  const pod = podOf(resourceKey(definition), object);
  if (!pod || (isPod && old && !changesImages(object, old))) return;
  if (errors.length > 0) {
    const text = aggregated(errors.map(fieldErrorText));
    annotations['pod-security.kubernetes.io/error'] = `Failed to parse policy: ${text}`;
  }
  const audited = violations(audit, pod);
  if (audited.length > 0) {
    annotations['pod-security.kubernetes.io/audit-violations'] =
      `would violate PodSecurity "${standardText(audit)}": ${told(audited)}`;
  }
  if (isPod) {
    annotations['pod-security.kubernetes.io/enforce-policy'] = standardText(enforce);
    const found = violations(enforce, pod);
    if (found.length > 0)
      throw refused(write, `violates PodSecurity "${standardText(enforce)}": ${told(found)}`);
  }
  const warned = violations(warn, pod);
  if (warned.length > 0) warnings.push(`would violate PodSecurity "${standardText(warn)}": ${told(warned)}`);
}

function podOf(key: string, object: JsonObject): PodLike | undefined {
  const path = templates.get(key);
  const template = path ? maybeObjectAt(object, ...path) : object;
  const spec = template?.['spec'];
  if (!template || !isObject(spec)) return undefined;
  return { annotations: objectAt(template, 'metadata', 'annotations'), spec };
}

/** What else of a pod can be changed nobody judges. */
function changesImages(pod: JsonObject, old: JsonObject): boolean {
  const images = (object: JsonObject, list: string) =>
    objectsAt(object, 'spec', list).map((container) => textAt(container, 'image'));
  const named = (object: JsonObject) =>
    objectsAt(object, 'spec', 'ephemeralContainers').map((each) => [
      textAt(each, 'name'),
      textAt(each, 'image'),
    ]);
  const known = new Map(named(old).map(([name = '', image = '']) => [name, image]));
  return (
    ['containers', 'initContainers'].some((list) => !jsonEqual(images(pod, list), images(old, list))) ||
    named(pod).some(([name = '', image = '']) => known.get(name) !== image)
  );
}
