import type { JsonObject } from '../../../src/base/index.ts';

/** One write that was also sent to a real API server; `answers.json` holds what that one said. */
export interface ReferenceCase {
  readonly name: string;
  readonly object: JsonObject;
  /** Merged into the object after it was created, as an update. */
  readonly change?: JsonObject;
  readonly subresource?: string;
}

const meta = (name: string, more: JsonObject = {}): JsonObject => ({ name, ...more });
const labels = { app: 'web' };
const container: JsonObject = { name: 'c', image: 'nginx' };
const template = (spec: JsonObject = {}): JsonObject => ({
  metadata: { labels },
  spec: { containers: [container], ...spec },
});

function pod(name: string, spec: JsonObject, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(name, metadata),
    spec: { containers: [container], ...spec },
  };
}

function workload(kind: string, name: string, spec: JsonObject): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: meta(name),
    spec: { selector: { matchLabels: labels }, template: template(), ...spec },
  };
}

function service(name: string, spec: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: meta(name), spec };
}

function job(name: string, spec: JsonObject): JsonObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: meta(name),
    spec: { template: template({ restartPolicy: 'Never' }), ...spec },
  };
}

function core(kind: string, name: string, rest: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind, metadata: meta(name, metadata), ...rest };
}

function of(apiVersion: string, kind: string, name: string, rest: JsonObject = {}): JsonObject {
  return { apiVersion, kind, metadata: meta(name), ...rest };
}

const rbac = 'rbac.authorization.k8s.io/v1';
const networking = 'networking.k8s.io/v1';
const storage = 'storage.k8s.io/v1';
const admission = 'admissionregistration.k8s.io/v1';
const flow = 'flowcontrol.apiserver.k8s.io/v1';

const webhook = (more: JsonObject): JsonObject => ({
  name: 'a.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  clientConfig: { service: { name: 's', namespace: 'default' } },
  rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
  ...more,
});

const claimSpec: JsonObject = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const volumeSpec: JsonObject = {
  accessModes: ['ReadWriteOnce'],
  capacity: { storage: '1024Mi' },
  hostPath: { path: '/tmp/x' },
};

const podCases: readonly ReferenceCase[] = [
  { name: 'pod minimal', object: pod('p1', {}) },
  {
    name: 'pod with much',
    object: pod('p2', {
      hostNetwork: true,
      serviceAccountName: 'sa',
      nodeSelector: { disk: 'ssd' },
      volumes: [
        { name: 'a', secret: { secretName: 's' } },
        { name: 'b', configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] } },
        { name: 'c', hostPath: { path: '/x' } },
        { name: 'd' },
        {
          name: 'e',
          projected: { sources: [{ serviceAccountToken: { path: 't' } }, { configMap: { name: 'z' } }] },
        },
        { name: 'f', downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        { name: 'g', persistentVolumeClaim: { claimName: 'q' } },
        { name: 'h', ephemeral: { volumeClaimTemplate: { spec: claimSpec } } },
      ],
      initContainers: [{ name: 'i', image: 'busybox:1.36', restartPolicy: 'Always' }],
      containers: [
        {
          name: 'c',
          image: 'reg.example.com:5000/a/b:v1',
          ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP', name: 'dns' }],
          env: [
            { name: 'A', value: '' },
            { name: 'B', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
            { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          ],
          envFrom: [{ secretRef: { name: 's' } }],
          resources: { limits: { cpu: '1500m', memory: '0.5Gi' }, requests: { cpu: '0.25' } },
          livenessProbe: { httpGet: { port: 80 } },
          readinessProbe: { tcpSocket: { port: 'dns' }, periodSeconds: 3 },
          startupProbe: { exec: { command: ['true'] } },
          lifecycle: { preStop: { httpGet: { port: 8080 } } },
          volumeMounts: [{ name: 'a', mountPath: '/a' }],
          securityContext: { runAsUser: 0 },
          stdin: false,
        },
        { name: 'd', image: 'nginx@sha256:0123456789012345678901234567890123456789012345678901234567890123' },
      ],
      tolerations: [{ operator: 'Exists', tolerationSeconds: 5, effect: 'NoExecute' }],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
          ],
        },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: labels },
        },
      ],
    }),
  },
  {
    name: 'pod guaranteed',
    object: pod('p3', { containers: [{ ...container, resources: { limits: { cpu: 1, memory: '1G' } } }] }),
  },
  { name: 'pod bad name', object: pod('Bad_Name', {}) },
  { name: 'pod no containers', object: pod('p4', { containers: [] }) },
  {
    name: 'pod bad container',
    object: pod('p5', {
      containers: [
        {
          name: 'Bad.Name',
          image: '',
          imagePullPolicy: 'Sometimes',
          ports: [{ containerPort: 70000, protocol: 'XX', name: 'TOO-LONG-PORT-NAME' }, { name: 'x' }],
          env: [
            { name: '' },
            { name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
          ],
          volumeMounts: [{ name: 'nope', mountPath: '' }],
          resources: { limits: { cpu: '1' }, requests: { cpu: '2', memory: '-1' } },
        },
        { name: 'b', image: 'x' },
        { name: 'b', image: 'x' },
      ],
    }),
  },
  {
    name: 'pod bad spec',
    object: pod('p6', {
      restartPolicy: 'Maybe',
      dnsPolicy: 'Some',
      activeDeadlineSeconds: 0,
      hostname: 'UPPER',
      nodeSelector: { 'a/b/c': 'x y' },
      tolerations: [
        { key: '', operator: 'Equal' },
        { key: 'k', operator: 'Exists', value: 'v' },
        { key: 'k', effect: 'Bad' },
      ],
      volumes: [
        { name: 'v', secret: { secretName: '' } },
        { name: 'v', emptyDir: {}, hostPath: { path: '/a/../b' } },
        { name: 'V' },
      ],
      serviceAccountName: 'Not Good',
    }),
  },
  {
    name: 'pod bad probes',
    object: pod('p7', {
      containers: [
        {
          ...container,
          livenessProbe: { successThreshold: 2, httpGet: { port: 0 } },
          readinessProbe: {},
          lifecycle: { preStop: { exec: {}, tcpSocket: { port: 1 } } },
        },
      ],
    }),
  },
  {
    name: 'pod bad labels',
    object: pod('p8', {}, { labels: { 'bad key': 'bad value!' }, annotations: { '-x': 'y' } }),
  },
  {
    name: 'pod bad owner',
    object: pod(
      'p9',
      {},
      { ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }], finalizers: ['x', 'a/b/c'] },
    ),
  },
  {
    name: 'pod image change',
    object: pod('p10', {}),
    change: { spec: { containers: [{ name: 'c', image: 'nginx:1' }] } },
  },
  { name: 'pod label change', object: pod('p11', {}), change: { metadata: { labels: { a: 'b' } } } },
  {
    name: 'pod status',
    object: pod('p12', {}),
    subresource: 'status',
    change: { status: { phase: 'Running', podIPs: [{ ip: '10.0.0.1' }], podIP: '10.0.0.1' } },
  },
];

const workloadCases: readonly ReferenceCase[] = [
  ...['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'].flatMap((kind) => [
    { name: `${kind} minimal`, object: workload(kind, 'w1', {}) },
    {
      name: `${kind} mismatch`,
      object: workload(kind, 'w2', { selector: { matchLabels: { app: 'other' } } }),
    },
    { name: `${kind} no selector`, object: workload(kind, 'w3', { selector: null }) },
    { name: `${kind} empty selector`, object: workload(kind, 'w4', { selector: {} }) },
    {
      name: `${kind} bad`,
      object: workload(kind, 'w5', {
        minReadySeconds: -1,
        template: template({ restartPolicy: 'Never', activeDeadlineSeconds: 5, containers: [] }),
      }),
    },
    {
      name: `${kind} selector change`,
      object: workload(kind, 'w6', {}),
      change: {
        spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } },
      },
    },
    {
      name: `${kind} label change`,
      object: workload(kind, 'w7', {}),
      change: { metadata: { labels: { a: 'b' } } },
    },
  ]),
  {
    name: 'Deployment recreate',
    object: workload('Deployment', 'd1', { strategy: { type: 'Recreate' }, replicas: 0 }),
  },
  {
    name: 'Deployment bad strategy',
    object: workload('Deployment', 'd2', {
      strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } },
      progressDeadlineSeconds: 1,
      minReadySeconds: 2,
      replicas: -1,
    }),
  },
  {
    name: 'Deployment unknown strategy',
    object: workload('Deployment', 'd3', { strategy: { type: 'Blue' } }),
  },
  {
    name: 'Deployment bad percent',
    object: workload('Deployment', 'd4', {
      strategy: { rollingUpdate: { maxSurge: 'x', maxUnavailable: '200%' } },
    }),
  },
  {
    name: 'Deployment bad selector',
    object: workload('Deployment', 'd5', {
      selector: {
        matchExpressions: [
          { key: 'a', operator: 'In' },
          { key: 'b', operator: 'Foo' },
        ],
      },
    }),
  },
  {
    name: 'Deployment status',
    object: workload('Deployment', 'd6', {}),
    subresource: 'status',
    change: { status: { replicas: 1, readyReplicas: 2, availableReplicas: 3, observedGeneration: 1 } },
  },
  {
    name: 'DaemonSet strategies',
    object: workload('DaemonSet', 'e1', { updateStrategy: { rollingUpdate: { maxSurge: 1 } } }),
  },
  {
    name: 'DaemonSet on delete',
    object: workload('DaemonSet', 'e2', { updateStrategy: { type: 'OnDelete' } }),
  },
  {
    name: 'StatefulSet claims',
    object: workload('StatefulSet', 's1', {
      serviceName: 'svc',
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec }],
      template: template({
        containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/d' }] }],
      }),
    }),
  },
  {
    name: 'StatefulSet odd',
    object: workload('StatefulSet', 's2', { podManagementPolicy: 'X', updateStrategy: { type: 'Y' } }),
  },
  {
    name: 'StatefulSet change',
    object: workload('StatefulSet', 's3', { serviceName: 'a' }),
    change: { spec: { serviceName: 'b' } },
  },
  { name: 'Job minimal', object: job('j1', {}) },
  { name: 'Job indexed', object: job('j2', { completionMode: 'Indexed', completions: 3, parallelism: 2 }) },
  { name: 'Job bad restart', object: job('j3', { template: template() }) },
  {
    name: 'Job bad numbers',
    object: job('j4', { completions: -1, parallelism: -1, backoffLimit: -2, completionMode: 'Odd' }),
  },
  { name: 'Job change', object: job('j5', {}), change: { spec: { completions: 5 } } },
  { name: 'Job parallelism', object: job('j6', { completions: 5 }), change: { spec: { parallelism: 3 } } },
  {
    name: 'CronJob minimal',
    object: of('batch/v1', 'CronJob', 'c1', {
      spec: {
        schedule: '*/5 * * * *',
        jobTemplate: { spec: { template: template({ restartPolicy: 'OnFailure' }) } },
      },
    }),
  },
  {
    name: 'CronJob bad',
    object: of('batch/v1', 'CronJob', 'c2', {
      spec: {
        schedule: 'every day',
        concurrencyPolicy: 'X',
        timeZone: 'Mars/Base',
        jobTemplate: { spec: { template: template({ restartPolicy: 'OnFailure' }) } },
      },
    }),
  },
  {
    name: 'CronJob bad minute',
    object: of('batch/v1', 'CronJob', 'c3', {
      spec: {
        schedule: '61 * * * *',
        jobTemplate: { spec: { template: template({ restartPolicy: 'OnFailure' }) } },
      },
    }),
  },
  {
    name: 'ReplicationController',
    object: core('ReplicationController', 'rc1', { spec: { template: template() } }),
  },
  {
    name: 'PodDisruptionBudget',
    object: of('policy/v1', 'PodDisruptionBudget', 'b1', {
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    }),
  },
  {
    name: 'PodDisruptionBudget both',
    object: of('policy/v1', 'PodDisruptionBudget', 'b2', {
      spec: { minAvailable: '10%', maxUnavailable: -1 },
    }),
  },
  {
    name: 'HPA v2',
    object: of('autoscaling/v2', 'HorizontalPodAutoscaler', 'h1', {
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
        behavior: {},
      },
    }),
  },
  {
    name: 'HPA v1',
    object: of('autoscaling/v1', 'HorizontalPodAutoscaler', 'h2', {
      spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' } },
    }),
  },
  {
    name: 'HPA bad',
    object: of('autoscaling/v2', 'HorizontalPodAutoscaler', 'h3', {
      spec: {
        minReplicas: 5,
        maxReplicas: 0,
        scaleTargetRef: { kind: '', name: '' },
        metrics: [{ type: 'Pods' }],
      },
    }),
  },
  {
    name: 'ControllerRevision',
    object: of('apps/v1', 'ControllerRevision', 'cr1', { revision: 1, data: { a: 1 } }),
  },
];

const coreCases: readonly ReferenceCase[] = [
  { name: 'ConfigMap', object: core('ConfigMap', 'm1', { data: { a: 'b' }, binaryData: { c: 'AAE=' } }) },
  { name: 'ConfigMap empty', object: core('ConfigMap', 'm2', { data: {} }, { labels: {}, annotations: {} }) },
  {
    name: 'ConfigMap bad',
    object: core('ConfigMap', 'm3', { data: { 'a b': 'x', c: 'y' }, binaryData: { c: 'AAE=', '..': '' } }),
  },
  {
    name: 'ConfigMap immutable',
    object: core('ConfigMap', 'm4', { data: { a: 'b' }, immutable: true }),
    change: { data: { a: 'c' }, immutable: false },
  },
  { name: 'Secret', object: core('Secret', 's1', { stringData: { a: 'b' }, data: { c: 'ZA==' } }) },
  { name: 'Secret tls', object: core('Secret', 's2', { type: 'kubernetes.io/tls' }) },
  { name: 'Secret basic', object: core('Secret', 's3', { type: 'kubernetes.io/basic-auth' }) },
  {
    name: 'Secret docker',
    object: core('Secret', 's4', {
      type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': '{}' },
    }),
  },
  { name: 'Secret token', object: core('Secret', 's5', { type: 'kubernetes.io/service-account-token' }) },
  { name: 'Secret type change', object: core('Secret', 's6', {}), change: { type: 'other' } },
  {
    name: 'Secret immutable',
    object: core('Secret', 's7', { stringData: { a: 'b' }, immutable: true }),
    change: { stringData: { a: 'c' } },
  },
  { name: 'Namespace', object: core('Namespace', 'n1', {}) },
  {
    name: 'Namespace labels',
    object: core(
      'Namespace',
      'n2',
      { spec: { finalizers: ['example.com/x'] }, status: { phase: 'Odd' } },
      { labels: { a: 'b' } },
    ),
  },
  { name: 'Namespace bad', object: core('Namespace', 'N.x', {}) },
  {
    name: 'ServiceAccount',
    object: core('ServiceAccount', 'sa1', { secrets: [{ name: 'x' }], automountServiceAccountToken: false }),
  },
  {
    name: 'Node',
    object: core('Node', 'node1', {
      spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] },
      status: { capacity: { cpu: '2', memory: '2048Mi' } },
    }),
  },
  {
    name: 'Node bad',
    object: core('Node', 'node2', {
      spec: { taints: [{ key: 'a b', value: 'c d', effect: 'X' }, { key: 'a' }] },
    }),
  },
  {
    name: 'ResourceQuota',
    object: core('ResourceQuota', 'q1', { spec: { hard: { pods: '10', 'requests.cpu': '1000m' } } }),
  },
  {
    name: 'ResourceQuota bad',
    object: core('ResourceQuota', 'q2', { spec: { hard: { pods: '1.5', foo: '1', cpu: '-1' } } }),
  },
  {
    name: 'LimitRange',
    object: core('LimitRange', 'l1', {
      spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { cpu: '100m' } }] },
    }),
  },
  {
    name: 'LimitRange bad',
    object: core('LimitRange', 'l2', {
      spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '2' } }, { type: 'Foo' }] },
    }),
  },
  { name: 'PVC', object: core('PersistentVolumeClaim', 'v1', { spec: claimSpec }) },
  {
    name: 'PVC bad',
    object: core('PersistentVolumeClaim', 'v2', {
      spec: { accessModes: ['X'], volumeMode: 'Y', storageClassName: 'A B' },
    }),
  },
  {
    name: 'PVC change',
    object: core('PersistentVolumeClaim', 'v3', { spec: claimSpec }),
    change: { spec: { storageClassName: 'x', accessModes: ['ReadOnlyMany'] } },
  },
  { name: 'PV', object: core('PersistentVolume', 'pv1', { spec: volumeSpec }) },
  {
    name: 'PV bad',
    object: core('PersistentVolume', 'pv2', {
      spec: { capacity: { cpu: '1' }, persistentVolumeReclaimPolicy: 'X' },
    }),
  },
  {
    name: 'Endpoints',
    object: core('Endpoints', 'ep1', {
      subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }],
    }),
  },
  {
    name: 'Endpoints bad',
    object: core('Endpoints', 'ep2', { subsets: [{ ports: [{ port: 0 }] }, { addresses: [{ ip: 'x' }] }] }),
  },
  {
    name: 'Event',
    object: core('Event', 'ev1', {
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'R',
      message: 'm',
      type: 'Normal',
      firstTimestamp: '2026-01-02T03:04:05Z',
      lastTimestamp: '2026-01-02T03:04:05+01:00',
      count: 1,
      source: { component: 'x' },
    }),
  },
  {
    name: 'Event namespace',
    object: core('Event', 'ev2', { involvedObject: { kind: 'Pod', name: 'p', namespace: 'other' } }),
  },
  {
    name: 'Event new',
    object: of('events.k8s.io/v1', 'Event', 'ev3', {
      eventTime: '2026-01-02T03:04:05.123456Z',
      action: 'a',
      reason: 'r',
      reportingController: 'c',
      reportingInstance: 'i',
      type: 'Normal',
      note: 'n',
      regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
    }),
  },
  {
    name: 'Event new bad',
    object: of('events.k8s.io/v1', 'Event', 'ev4', {
      regarding: { kind: 'Pod', namespace: 'default' },
      eventTime: '2026-01-02T03:04:05.000000Z',
    }),
  },
  { name: 'PodTemplate', object: core('PodTemplate', 'pt1', { template: template() }) },
  {
    name: 'Lease',
    object: of('coordination.k8s.io/v1', 'Lease', 'le1', {
      spec: { holderIdentity: 'me', renewTime: '2026-01-02T03:04:05.100000Z', leaseDurationSeconds: 15 },
    }),
  },
  {
    name: 'Lease bad',
    object: of('coordination.k8s.io/v1', 'Lease', 'le2', {
      spec: { leaseDurationSeconds: 0, leaseTransitions: -1 },
    }),
  },
  {
    name: 'Lease bad namespace',
    object: {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: '', namespace: 'default' },
    },
  },
];

const scaleCases: readonly ReferenceCase[] = [
  { name: 'PodTemplate bad', object: core('PodTemplate', 'pt2', { template: { spec: { containers: [] } } }) },
  { name: 'ControllerRevision bad', object: of('apps/v1', 'ControllerRevision', 'cr2', { revision: -1 }) },
  {
    name: 'VolumeAttachment bad',
    object: of(storage, 'VolumeAttachment', 'va2', { spec: { attacher: '', nodeName: '', source: {} } }),
  },
  {
    name: 'CSIStorageCapacity',
    object: of(storage, 'CSIStorageCapacity', 'csc1', { storageClassName: 'c', capacity: '1Gi' }),
  },
  {
    name: 'CSIStorageCapacity bad',
    object: of(storage, 'CSIStorageCapacity', 'csc2', { storageClassName: '' }),
  },
  { name: 'Deployment scaled', object: workload('Deployment', 'sc1', {}), change: { spec: { replicas: 5 } } },
  {
    name: 'Deployment image',
    object: workload('Deployment', 'sc2', {}),
    change: { spec: { template: template({ containers: [{ name: 'c', image: 'nginx:2' }] }) } },
  },
  {
    name: 'Service status',
    object: service('st1', { type: 'LoadBalancer', ports: [{ port: 80 }] }),
    subresource: 'status',
    change: { status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } },
  },
  {
    name: 'Namespace change',
    object: core('Namespace', 'nsc1', {}),
    change: { metadata: { labels: { a: 'b' } } },
  },
  {
    name: 'Node change',
    object: core('Node', 'nc1', {}),
    change: { spec: { unschedulable: true }, status: { phase: 'x' } },
  },
  {
    name: 'Node status',
    object: core('Node', 'nc2', {}),
    subresource: 'status',
    change: { spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'True' }] } },
  },
  {
    name: 'PVC status',
    object: core('PersistentVolumeClaim', 'pc1', { spec: claimSpec }),
    subresource: 'status',
    change: { status: { phase: 'Bound', capacity: { storage: '1024Mi' } } },
  },
  {
    name: 'PDB status',
    object: of('policy/v1', 'PodDisruptionBudget', 'ps1', { spec: { minAvailable: 1 } }),
    subresource: 'status',
    change: { status: { disruptionsAllowed: 1, currentHealthy: 2 } },
  },
  {
    name: 'Job status',
    object: job('js1', {}),
    subresource: 'status',
    change: { status: { active: 1, startTime: '2026-01-02T03:04:05Z' } },
  },
  {
    name: 'Ingress status',
    object: of(networking, 'Ingress', 'is1', {
      spec: { defaultBackend: { service: { name: 's', port: { number: 1 } } } },
    }),
    subresource: 'status',
    change: { status: { loadBalancer: { ingress: [{ hostname: 'h' }] } } },
  },
  {
    name: 'PV change',
    object: core('PersistentVolume', 'pvc1', { spec: volumeSpec }),
    change: { spec: { hostPath: { path: '/other' } } },
  },
  {
    name: 'Lease change',
    object: of('coordination.k8s.io/v1', 'Lease', 'lc1', { spec: { holderIdentity: 'a' } }),
    change: { spec: { holderIdentity: 'b', leaseTransitions: 1 } },
  },
  {
    name: 'DaemonSet template',
    object: workload('DaemonSet', 'dt1', {}),
    change: { spec: { template: template({ containers: [{ name: 'c', image: 'nginx:2' }] }) } },
  },
  {
    name: 'IngressClass change',
    object: of(networking, 'IngressClass', 'icc1', { spec: { controller: 'example.com/c' } }),
    change: { spec: { controller: 'example.com/d' } },
  },
  {
    name: 'EndpointSlice change',
    object: of('discovery.k8s.io/v1', 'EndpointSlice', 'esc1', { addressType: 'IPv4', endpoints: [] }),
    change: { addressType: 'IPv6' },
  },
];

const networkCases: readonly ReferenceCase[] = [
  { name: 'Service', object: service('a1', { selector: labels, ports: [{ port: 80 }] }) },
  {
    name: 'Service headless',
    object: service('a2', { clusterIP: 'None', ports: [{ port: 80, targetPort: 'http', name: 'x' }] }),
  },
  {
    name: 'Service nodeport',
    object: service('a3', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }),
  },
  {
    name: 'Service balancer',
    object: service('a4', {
      type: 'LoadBalancer',
      sessionAffinity: 'ClientIP',
      ports: [{ port: 80, protocol: 'UDP' }],
    }),
  },
  { name: 'Service external', object: service('a5', { type: 'ExternalName', externalName: 'example.com' }) },
  { name: 'Service external bad', object: service('a6', { type: 'ExternalName' }) },
  {
    name: 'Service bad',
    object: service('1bad', {
      type: 'Odd',
      ports: [{ port: 0, protocol: 'X', targetPort: 'Bad Name' }, { port: 0 }],
    }),
  },
  {
    name: 'Service ports',
    object: service('a7', {
      ports: [
        { name: 'a', port: 80 },
        { name: 'a', port: 80 },
        { name: 'B', port: 81, nodePort: 30000 },
      ],
    }),
  },
  { name: 'Service no ports', object: service('a8', { sessionAffinity: 'X' }) },
  {
    name: 'Service ip change',
    object: service('a9', { ports: [{ port: 80 }] }),
    change: { spec: { clusterIP: '10.0.0.77', clusterIPs: ['10.0.0.77'] } },
  },
  {
    name: 'Service port change',
    object: service('a10', { ports: [{ port: 80 }] }),
    change: { spec: { ports: [{ port: 81 }] } },
  },
  {
    name: 'EndpointSlice',
    object: of('discovery.k8s.io/v1', 'EndpointSlice', 'es1', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }],
      ports: [{ port: 80 }],
    }),
  },
  {
    name: 'EndpointSlice bad',
    object: of('discovery.k8s.io/v1', 'EndpointSlice', 'es2', {
      addressType: 'X',
      endpoints: [{ addresses: [] }],
      ports: [{ name: 'A', protocol: 'Q' }],
    }),
  },
  {
    name: 'Ingress',
    object: of(networking, 'Ingress', 'i1', {
      spec: {
        rules: [
          {
            host: 'a.example.com',
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } },
              ],
            },
          },
        ],
        tls: [{ hosts: ['a.example.com'], secretName: 't' }],
      },
    }),
  },
  { name: 'Ingress empty', object: of(networking, 'Ingress', 'i2', { spec: {} }) },
  {
    name: 'Ingress bad',
    object: of(networking, 'Ingress', 'i3', {
      spec: {
        ingressClassName: 'A B',
        rules: [
          {
            host: '1.2.3.4',
            http: {
              paths: [
                { path: 'x//', pathType: 'Exact', backend: {} },
                { backend: { service: { name: '', port: {} } } },
                {
                  pathType: 'Odd',
                  path: '/',
                  backend: { service: { name: 's', port: { name: 'n', number: 1 } } },
                },
              ],
            },
          },
        ],
      },
    }),
  },
  {
    name: 'IngressClass',
    object: of(networking, 'IngressClass', 'ic1', {
      spec: { controller: 'example.com/c', parameters: { kind: 'K', name: 'n' } },
    }),
  },
  {
    name: 'IngressClass bad',
    object: of(networking, 'IngressClass', 'ic2', { spec: { controller: 'bad' } }),
  },
  {
    name: 'NetworkPolicy',
    object: of(networking, 'NetworkPolicy', 'np1', {
      spec: {
        podSelector: {},
        egress: [
          { to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }], ports: [{ port: 53 }] },
        ],
      },
    }),
  },
  {
    name: 'NetworkPolicy bad',
    object: of(networking, 'NetworkPolicy', 'np2', {
      spec: {
        podSelector: {},
        policyTypes: ['X'],
        ingress: [
          {
            from: [
              {},
              { ipBlock: { cidr: 'x' }, podSelector: {} },
              { ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/8'] } },
            ],
            ports: [{ port: 70000, protocol: 'Z' }, { endPort: 3 }],
          },
        ],
      },
    }),
  },
];

const accessCases: readonly ReferenceCase[] = [
  {
    name: 'Role',
    object: of(rbac, 'Role', 'r:1', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  },
  { name: 'Role empty', object: of(rbac, 'Role', 'r2') },
  {
    name: 'Role bad',
    object: of(rbac, 'Role', 'r3', {
      rules: [{ verbs: [] }, { verbs: ['get'], nonResourceURLs: ['/x'], resources: ['y'] }],
    }),
  },
  { name: 'Role bad name', object: of(rbac, 'Role', 'a%b', {}) },
  {
    name: 'ClusterRole',
    object: of(rbac, 'ClusterRole', 'cr1', {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] },
    }),
  },
  {
    name: 'ClusterRole bad',
    object: of(rbac, 'ClusterRole', 'cr2', { aggregationRule: { clusterRoleSelectors: [] } }),
  },
  {
    name: 'RoleBinding',
    object: of(rbac, 'RoleBinding', 'rb1', {
      roleRef: { kind: 'Role', name: 'x' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    }),
  },
  {
    name: 'RoleBinding bad',
    object: of(rbac, 'RoleBinding', 'rb2', {
      roleRef: { kind: 'X', name: '' },
      subjects: [
        { kind: 'Y', name: '' },
        { kind: 'User', name: 'u', apiGroup: 'z' },
      ],
    }),
  },
  {
    name: 'RoleBinding change',
    object: of(rbac, 'RoleBinding', 'rb3', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    }),
    change: { roleRef: { name: 'edit' } },
  },
  {
    name: 'ClusterRoleBinding',
    object: of(rbac, 'ClusterRoleBinding', 'crb1', {
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'Group', name: 'g' }],
    }),
  },
  {
    name: 'ClusterRoleBinding bad',
    object: of(rbac, 'ClusterRoleBinding', 'crb2', {
      roleRef: { kind: 'Role', name: 'x' },
      subjects: [{ kind: 'ServiceAccount', name: 's' }],
    }),
  },
  {
    name: 'ValidatingWebhook',
    object: of(admission, 'ValidatingWebhookConfiguration', 'w1', { webhooks: [webhook({})] }),
  },
  {
    name: 'MutatingWebhook',
    object: of(admission, 'MutatingWebhookConfiguration', 'w2', { webhooks: [webhook({})] }),
  },
  {
    name: 'Webhook bad',
    object: of(admission, 'ValidatingWebhookConfiguration', 'w3', {
      webhooks: [
        webhook({
          name: 'a',
          admissionReviewVersions: ['v9'],
          sideEffects: 'Some',
          timeoutSeconds: 99,
          clientConfig: {},
          rules: [{ operations: ['X'], apiGroups: [], apiVersions: ['v1'], resources: ['pods'] }],
        }),
      ],
    }),
  },
];

const otherCases: readonly ReferenceCase[] = [
  { name: 'StorageClass', object: of(storage, 'StorageClass', 'sc1', { provisioner: 'example.com/p' }) },
  {
    name: 'StorageClass bad',
    object: of(storage, 'StorageClass', 'sc2', {
      provisioner: '',
      reclaimPolicy: 'X',
      volumeBindingMode: 'Y',
    }),
  },
  {
    name: 'StorageClass change',
    object: of(storage, 'StorageClass', 'sc3', { provisioner: 'a' }),
    change: { provisioner: 'b', volumeBindingMode: 'WaitForFirstConsumer' },
  },
  { name: 'CSIDriver', object: of(storage, 'CSIDriver', 'cd1.example.com', { spec: {} }) },
  {
    name: 'CSINode',
    object: of(storage, 'CSINode', 'cn1', {
      spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: ['zone'] }] },
    }),
  },
  {
    name: 'CSINode bad',
    object: of(storage, 'CSINode', 'cn2', {
      spec: {
        drivers: [
          { name: 'd', nodeID: '' },
          { name: 'd', nodeID: 'x' },
        ],
      },
    }),
  },
  {
    name: 'VolumeAttachment',
    object: of(storage, 'VolumeAttachment', 'va1', {
      spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'pv' } },
    }),
  },
  { name: 'PriorityClass', object: of('scheduling.k8s.io/v1', 'PriorityClass', 'pc1', { value: 100 }) },
  {
    name: 'PriorityClass bad',
    object: of('scheduling.k8s.io/v1', 'PriorityClass', 'pc2', { value: 2000000000, preemptionPolicy: 'X' }),
  },
  {
    name: 'PriorityClass change',
    object: of('scheduling.k8s.io/v1', 'PriorityClass', 'pc3', { value: 1 }),
    change: { value: 2 },
  },
  { name: 'RuntimeClass', object: of('node.k8s.io/v1', 'RuntimeClass', 'rc1', { handler: 'runc' }) },
  {
    name: 'FlowSchema',
    object: of(flow, 'FlowSchema', 'fs1', { spec: { priorityLevelConfiguration: { name: 'exempt' } } }),
  },
  {
    name: 'PriorityLevel',
    object: of(flow, 'PriorityLevelConfiguration', 'pl1', {
      spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } },
    }),
  },
  {
    name: 'ResourceClaim',
    object: of('resource.k8s.io/v1', 'ResourceClaim', 'dc1', {
      spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c' } }] } },
    }),
  },
  {
    name: 'ValidatingAdmissionPolicy',
    object: of(admission, 'ValidatingAdmissionPolicy', 'vap1', {
      spec: {
        matchConstraints: {
          resourceRules: [
            { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] },
          ],
        },
        validations: [{ expression: 'true' }],
      },
    }),
  },
];

/** Everything that is compared with a real server. */
export const referenceCases: readonly ReferenceCase[] = [
  ...podCases,
  ...workloadCases,
  ...coreCases,
  ...scaleCases,
  ...networkCases,
  ...accessCases,
  ...otherCases,
];
