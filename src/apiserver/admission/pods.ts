import {
  type AdmissionStep,
  type ClusterView,
  refused,
  type Write,
  writesOf,
} from '../../apimachinery/admission.ts';
import { textOf } from '../../apimachinery/metadata.ts';
import { isObject, type Json, type JsonObject, kubernetesNameAlphabet } from '../../base/index.ts';

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const tokenSeconds = 3_607;

/** The spec of the pod that is written, for steps that concern writes of whole pods. */
export function podSpecOf({ object }: Write): JsonObject | undefined {
  const spec = object?.['spec'];
  return isObject(spec) ? spec : undefined;
}

/** Pods run as a service account that exists and get its token. */
export const podServiceAccount: AdmissionStep = {
  name: 'ServiceAccount',
  concerns: writesOf(['/pods'], 'CREATE'),
  async mutate(write, cluster) {
    const spec = podSpecOf(write);
    if (!spec) return;
    const { namespace } = write;
    const account = textOf(spec['serviceAccountName']) || textOf(spec['serviceAccount']) || 'default';
    spec['serviceAccountName'] = account;
    spec['serviceAccount'] = account;
    const found = await cluster.find({ group: '', resource: 'serviceaccounts', namespace }, account);
    if (!found) {
      const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
      throw refused(write, why);
    }
    const wanted = spec['automountServiceAccountToken'] ?? found['automountServiceAccountToken'];
    if (wanted !== false) mountToken(spec, cluster.random.string(5, kubernetesNameAlphabet));
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
  name: 'DefaultTolerationSeconds',
  // A manifest that says none again means the same pod.
  concerns: writesOf(['/pods'], 'CREATE', 'UPDATE'),
  mutate(write) {
    const spec = podSpecOf(write);
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
  name: 'Priority',
  concerns: writesOf(['/pods'], 'CREATE', 'UPDATE'),
  mutate(write, cluster) {
    const spec = podSpecOf(write);
    if (!spec) return undefined;
    if (!write.old) return givePriority(write, spec, cluster);
    const before = write.old['spec'];
    for (const member of ['priority', 'preemptionPolicy']) {
      const value = isObject(before) ? before[member] : undefined;
      if (value !== undefined) spec[member] ??= value;
    }
    return undefined;
  },
};

async function givePriority(write: Write, spec: JsonObject, cluster: ClusterView): Promise<void> {
  const place = { group: 'scheduling.k8s.io', resource: 'priorityclasses', namespace: '' };
  const className = textOf(spec['priorityClassName']);
  let chosen: JsonObject | undefined;
  if (className !== '') {
    chosen = await cluster.find(place, className);
    if (!chosen) throw refused(write, `no PriorityClass with name ${className} was found`);
  } else {
    for (const each of await cluster.list(place)) {
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
  checkComputed(write, spec, computed);
  Object.assign(spec, computed);
}

/** What a pod says of its priority itself must be what its class says. */
function checkComputed(
  write: Write,
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
    throw refused(write, why);
  }
}
