import { textOf } from '../../apimachinery/metadata.ts';
import { forbidden } from '../../apimachinery/status.ts';
import { isObject, type Json, type JsonObject, kubernetesNameAlphabet } from '../../base/index.ts';
import type { AdmissionRequest, AdmissionStep } from '../call/call.ts';
import { objectKey } from '../storage/keys.ts';

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const tokenSeconds = 3_607;

/** The specs of a pod that is updated as a whole, for steps that concern pods. */
function changedPodSpecs({ call, operation, object, old }: AdmissionRequest) {
  if (call.subresource !== '' || operation !== 'update') return undefined;
  const [now, before] = [object?.['spec'], old?.['spec']];
  return isObject(now) && isObject(before) ? { now, before } : undefined;
}

/** The spec of a pod that is being created, for steps that concern pods; undefined for their other writes. */
export function newPodSpec({ call, operation, object }: AdmissionRequest): JsonObject | undefined {
  if (operation !== 'create' || call.subresource !== '') return undefined;
  const spec = object?.['spec'];
  return isObject(spec) ? spec : undefined;
}

/** Pods run as a service account that exists and get its token. */
export const podServiceAccount: AdmissionStep = {
  name: 'pod-service-account',
  concerns: ['core/pods'],
  async mutate(request) {
    const spec = newPodSpec(request);
    if (!spec) return;
    const { parts, call, namespace, name } = request;
    const account = textOf(spec['serviceAccountName']) || textOf(spec['serviceAccount']) || 'default';
    spec['serviceAccountName'] = account;
    spec['serviceAccount'] = account;
    const resource = parts.resources.find('', 'v1', 'serviceaccounts');
    if (!resource) return;
    const collection = await parts.storage.collection(resource);
    const found = collection.get(objectKey(namespace, account));
    if (!found) {
      throw forbidden(
        call.resource.subject(name),
        `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`,
      );
    }
    const wanted =
      spec['automountServiceAccountToken'] ?? found.peek(resource)['automountServiceAccountToken'];
    if (wanted !== false) mountToken(spec, parts.random.string(5, kubernetesNameAlphabet));
  },
};

function mountToken(spec: JsonObject, suffix: string): void {
  const volumes = Array.isArray(spec['volumes']) ? spec['volumes'] : [];
  const known = volumes.find((each) => isObject(each) && textOf(each['name']).startsWith('kube-api-access-'));
  const name = isObject(known) ? textOf(known['name']) : `kube-api-access-${suffix}`;
  let mounted = false;
  for (const list of ['initContainers', 'containers'] as const) {
    const containers = spec[list];
    if (!Array.isArray(containers)) continue;
    for (const container of containers) {
      if (!isObject(container)) continue;
      const mounts = Array.isArray(container['volumeMounts']) ? container['volumeMounts'] : [];
      if (mounts.some((each) => isObject(each) && each['mountPath'] === tokenPath)) continue;
      container['volumeMounts'] = [...mounts, { name, readOnly: true, mountPath: tokenPath }];
      mounted = true;
    }
  }
  if (mounted && !known) spec['volumes'] = [...volumes, tokenVolume(name)];
}

function tokenVolume(name: string): JsonObject {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}

/** Pods stay five minutes on a node that fell silent, unless they say otherwise. */
export const podTolerations: AdmissionStep = {
  name: 'pod-tolerations',
  concerns: ['core/pods'],
  mutate(request) {
    // A manifest that says none again means the same pod.
    const spec = newPodSpec(request) ?? changedPodSpecs(request)?.now;
    if (!spec) return;
    const tolerations = Array.isArray(spec['tolerations']) ? [...spec['tolerations']] : [];
    for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
      const tolerated = tolerations.some(
        (each) =>
          isObject(each) &&
          (each['key'] === key || (textOf(each['key']) === '' && each['operator'] === 'Exists')) &&
          (textOf(each['effect']) === '' || each['effect'] === 'NoExecute'),
      );
      if (!tolerated)
        tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
    }
    spec['tolerations'] = tolerations;
  },
};

/** The number behind a pod's priority class. */
export const podPriority: AdmissionStep = {
  name: 'pod-priority',
  concerns: ['core/pods'],
  async mutate(request) {
    const changed = changedPodSpecs(request);
    for (const member of changed ? ['priority', 'preemptionPolicy'] : []) {
      const before = changed?.before[member];
      if (before !== undefined && changed) changed.now[member] ??= before;
    }
    const spec = newPodSpec(request);
    if (!spec) return;
    const { parts, call, name } = request;
    const resource = parts.resources.find('scheduling.k8s.io', 'v1', 'priorityclasses');
    if (!resource) return;
    const collection = await parts.storage.collection(resource);
    const className = textOf(spec['priorityClassName']);
    let chosen: JsonObject | undefined;
    if (className !== '') {
      chosen = collection.get(objectKey('', className))?.decoded(resource);
      if (!chosen) {
        throw forbidden(call.resource.subject(name), `no PriorityClass with name ${className} was found`);
      }
    } else {
      for (const stored of collection.scan('')) {
        const each = stored.decoded(resource);
        // Two defaults are what an earlier server may have let in: the lower one counts.
        const isLower = !chosen || Number(each['value']) < Number(chosen['value']);
        if (each['globalDefault'] === true && isLower) chosen = each;
      }
      if (chosen && isObject(chosen['metadata'])) spec['priorityClassName'] = chosen['metadata']['name'];
    }
    const computed = {
      priority: chosen?.['value'] ?? 0,
      preemptionPolicy: chosen?.['preemptionPolicy'] ?? 'PreemptLowerPriority',
    };
    checkComputed(request, spec, computed);
    Object.assign(spec, computed);
  },
};

/** What a pod says of its priority itself must be what its class says. */
function checkComputed(
  { call, name }: AdmissionRequest,
  spec: JsonObject,
  computed: { readonly priority: Json; readonly preemptionPolicy: Json },
): void {
  const words = [
    ['priority', 'integer', 'priority'],
    ['preemptionPolicy', 'string', 'PreemptionPolicy'],
  ] as const;
  for (const [member, type, word] of words) {
    const own = spec[member];
    if (own === undefined || own === computed[member]) continue;
    const given = `the ${type} value of ${word} (${String(own)}) must not be provided in pod spec`;
    const why = `${given}; priority admission controller computed ${String(computed[member])} from the given PriorityClass name`;
    throw forbidden(call.resource.subject(name), why);
  }
}
