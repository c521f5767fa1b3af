import type { KubeObject } from '../../apimachinery/client.ts';
import { isObject } from '../../base/index.ts';
import type { ServedKind } from '../shared/discovery.ts';
import { isPlaceable } from '../shared/placeable.ts';

/** Kinds whose objects come along with their namespace. */
export function comesWithNamespace(kind: ServedKind): boolean {
  // Events are not on upstream's list; a placement of somebody else's events helps nobody.
  return kind.namespaced && kind.verbs.has('list') && isPlaceable(kind) && kind.kind !== 'Event';
}

/** Namespaces that are never placed as a whole. */
export function isReservedNamespace(name: string): boolean {
  return name === 'default' || name.startsWith('kube-') || name.startsWith('fleet-');
}

/** Objects that a cluster makes by itself and that would fight with the member's own. */
export function isMadeByCluster(object: KubeObject, hasService: (name: string) => boolean): boolean {
  const { kind, metadata } = object;
  const { name = '', ownerReferences = [], labels = {} } = metadata;
  switch (kind) {
    case 'ConfigMap':
      return name === 'kube-root-ca.crt';
    case 'ServiceAccount':
      return name === 'default';
    case 'Secret':
      return object['type'] === 'kubernetes.io/service-account-token';
    case 'ReplicaSet':
    case 'ControllerRevision':
      return ownerReferences.length > 0;
    case 'Endpoints':
      return hasService(name);
    case 'EndpointSlice':
      return 'endpointslice.kubernetes.io/managed-by' in labels;
    default:
      return false;
  }
}

/** In this order resources stand in a snapshot; other kinds follow. */
const kindOrder: readonly string[] = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];

export function compareResources(a: KubeObject, b: KubeObject): number {
  const rank = ({ kind }: KubeObject) => {
    const at = kindOrder.indexOf(kind);
    return at < 0 ? kindOrder.length : at;
  };
  const text = (object: KubeObject) => {
    const { namespace = '', name = '' } = object.metadata;
    const type =
      rank(object) < kindOrder.length ? object.apiVersion : `${object.apiVersion}, Kind=${object.kind}`;
    return `${type}\0${namespace}/${name}`;
  };
  return rank(a) - rank(b) || (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);
}

const serverSetMetadata = new Set([
  'resourceVersion',
  'generation',
  'uid',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'ownerReferences',
  'creationTimestamp',
]);
const leftOutAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
]);

/** The object as a person would have written it, without what the hub's server added. */
export function sanitize(object: KubeObject): KubeObject {
  const { status: _, ...rest } = object;
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([field]) => !serverSetMetadata.has(field)),
  );
  const annotations = Object.fromEntries(
    Object.entries(object.metadata.annotations ?? {}).filter(([key]) => !leftOutAnnotations.has(key)),
  );
  delete metadata['annotations'];
  if (Object.keys(annotations).length > 0) metadata['annotations'] = annotations;
  const clean: KubeObject = { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata };
  if (object.kind === 'Service') return sanitizeService(clean);
  if (object.kind === 'Job') return sanitizeJob(clean);
  return clean;
}

/** Addresses and ports that the hub chose mean nothing elsewhere. */
function sanitizeService(service: KubeObject): KubeObject {
  const spec = service['spec'];
  if (!isObject(spec)) return service;
  const kept = { ...spec };
  if (kept['clusterIP'] !== 'None') {
    delete kept['clusterIP'];
    delete kept['clusterIPs'];
  }
  delete kept['healthCheckNodePort'];
  if (Array.isArray(kept['ports'])) {
    kept['ports'] = kept['ports'].map((port) => {
      if (!isObject(port)) return port;
      const { nodePort: _, ...rest } = port;
      return rest;
    });
  }
  return { ...service, spec: kept };
}

/** A job's selector names the uid that it has on the hub. */
function sanitizeJob(job: KubeObject): KubeObject {
  const spec = job['spec'];
  if (!isObject(spec) || spec['manualSelector'] === true) return job;
  const { selector: _, ...rest } = spec;
  const template = isObject(rest['template']) ? rest['template'] : {};
  const metadata = isObject(template['metadata']) ? template['metadata'] : {};
  const labels = isObject(metadata['labels']) ? metadata['labels'] : {};
  const kept = Object.fromEntries(
    Object.entries(labels).filter(([key]) => !/^(batch\.kubernetes\.io\/)?controller-uid$/.test(key)),
  );
  const { creationTimestamp: _created, ...templateMetadata } = metadata;
  return {
    ...job,
    spec: { ...rest, template: { ...template, metadata: { ...templateMetadata, labels: kept } } },
  };
}
