import type { KubeObject } from '../../apimachinery/client.ts';
import { conditionsIn, findCondition } from '../../apimachinery/conditions.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';

export type Availability = 'Available' | 'NotAvailableYet' | 'NotTrackable';

const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);
const part = (object: JsonObject, name: string): JsonObject => {
  const value = object[name];
  return isObject(value) ? value : {};
};

/** Kinds that are of use as soon as they exist. */
const atOnce = new Set([
  'v1/Namespace',
  'v1/Secret',
  'v1/ConfigMap',
  'v1/ServiceAccount',
  'v1/LimitRange',
  'v1/ResourceQuota',
  'apps/v1/ControllerRevision',
  'networking.k8s.io/v1/NetworkPolicy',
  'networking.k8s.io/v1/IngressClass',
  'rbac.authorization.k8s.io/v1/Role',
  'rbac.authorization.k8s.io/v1/ClusterRole',
  'rbac.authorization.k8s.io/v1/RoleBinding',
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding',
  'scheduling.k8s.io/v1/PriorityClass',
  'storage.k8s.io/v1/CSIDriver',
  'storage.k8s.io/v1/CSINode',
  'storage.k8s.io/v1/CSIStorageCapacity',
  'storage.k8s.io/v1/StorageClass',
]);

/** Whether an applied object does what it is for, as far as its kind tells. */
export function availabilityOf(object: KubeObject): Availability {
  const type = `${object.apiVersion}/${object.kind}`;
  if (atOnce.has(type)) return 'Available';
  const judge = judges[type];
  if (!judge) return 'NotTrackable';
  const verdict = judge(part(object, 'spec'), part(object, 'status'), object);
  if (verdict === undefined) return 'NotTrackable';
  return verdict ? 'Available' : 'NotAvailableYet';
}

type Judge = (spec: JsonObject, status: JsonObject, object: KubeObject) => boolean | undefined;

const observed = (status: JsonObject, object: KubeObject) =>
  number(status['observedGeneration']) === (object.metadata.generation ?? 0);

const judges: Readonly<Record<string, Judge>> = {
  'apps/v1/Deployment': (spec, status, object) => {
    const replicas = typeof spec['replicas'] === 'number' ? spec['replicas'] : 1;
    return (
      observed(status, object) &&
      number(status['availableReplicas']) === replicas &&
      number(status['updatedReplicas']) === replicas &&
      number(status['unavailableReplicas']) === 0
    );
  },
  'apps/v1/StatefulSet': (spec, status, object) => {
    const replicas = typeof spec['replicas'] === 'number' ? spec['replicas'] : 1;
    return (
      observed(status, object) &&
      number(status['availableReplicas']) === replicas &&
      number(status['currentReplicas']) === number(status['updatedReplicas']) &&
      status['currentRevision'] === status['updateRevision']
    );
  },
  'apps/v1/DaemonSet': (_spec, status, object) =>
    observed(status, object) &&
    number(status['numberAvailable']) === number(status['desiredNumberScheduled']) &&
    number(status['currentNumberScheduled']) === number(status['updatedNumberScheduled']),
  'v1/Service': (spec, status) => {
    if (spec['type'] === 'ExternalName') return undefined;
    if (spec['type'] !== 'LoadBalancer') {
      return Array.isArray(spec['clusterIPs']) && Boolean(spec['clusterIPs'][0]);
    }
    const { ingress } = part(status, 'loadBalancer');
    const first = Array.isArray(ingress) ? ingress[0] : undefined;
    return isObject(first) && Boolean(first['ip'] ?? first['hostname']);
  },
  'apiextensions.k8s.io/v1/CustomResourceDefinition': (_spec, status) =>
    ['Established', 'NamesAccepted'].every((type) => conditionIs(status, type, 'True')),
  'policy/v1/PodDisruptionBudget': (_spec, status, object) => {
    const allowed = number(status['disruptionsAllowed']) > 0;
    return observed(status, object) && conditionIs(status, 'DisruptionAllowed', allowed ? 'True' : 'False');
  },
};

function conditionIs(status: JsonObject, type: string, value: string): boolean {
  return findCondition(conditionsIn(status), type)?.['status'] === value;
}
