import {
  apps,
  container,
  core,
  deployment,
  networking,
  object,
  patch,
  pod,
  post,
  put,
  remove,
} from './asks.ts';
import type { Conversation } from './play.ts';

const pods = core('pods');
const claims = core('persistentvolumeclaims');

function claim(name: string, spec: Record<string, string> = {}) {
  return object('v1', 'PersistentVolumeClaim', name, {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  });
}

function storageClass(name: string, isDefault = false) {
  return object('storage.k8s.io/v1', 'StorageClass', name, {
    provisioner: 'a.b/c',
    ...(isDefault && {
      metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    }),
  });
}

const classes = '/apis/storage.k8s.io/v1/storageclasses';
const runtimes = '/apis/node.k8s.io/v1/runtimeclasses';
const priorities = '/apis/scheduling.k8s.io/v1/priorityclasses';
const ingressClasses = '/apis/networking.k8s.io/v1/ingressclasses';

function ingress(name: string, spec = {}) {
  return object('networking.k8s.io/v1', 'Ingress', name, {
    spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } }, ...spec },
  });
}

/** What the plug-ins that a server has without being asked do to objects. */
export const admissionConversations: readonly Conversation[] = [
  {
    name: 'storage: finalizers of what may be in use, and the default class',
    asks: [
      post(claims, claim('bare')),
      post(
        '/api/v1/persistentvolumes',
        object('v1', 'PersistentVolume', 'talk-pv', {
          spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
        }),
      ),
      post(classes, storageClass('talk-a')),
      post(claims, claim('nodefault')),
      post(classes, storageClass('talk-b', true)),
      post(claims, claim('default')),
      post(claims, claim('none', { storageClassName: '' })),
      post(claims, claim('named', { storageClassName: 'nope' })),
      post(
        claims,
        object('v1', 'PersistentVolumeClaim', 'kept', {
          metadata: { finalizers: ['kubernetes.io/pvc-protection', 'a.b/c'] },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        }),
      ),
      remove(`${claims}/bare`),
      remove('/api/v1/persistentvolumes/talk-pv'),
      patch('/api/v1/persistentvolumes/talk-pv', { metadata: { finalizers: null } }),
      patch(`${claims}/bare`, { metadata: { finalizers: null } }),
      remove(`${classes}/talk-a`),
      remove(`${classes}/talk-b`),
    ],
  },
  {
    name: 'runtime classes',
    asks: [
      post(pods, pod('nope', { runtimeClassName: 'nope' })),
      post(
        runtimes,
        object('node.k8s.io/v1', 'RuntimeClass', 'talk-r', {
          handler: 'h',
          overhead: { podFixed: { cpu: '10m' } },
          scheduling: { nodeSelector: { a: 'b' }, tolerations: [{ key: 'k', operator: 'Exists' }] },
        }),
      ),
      post(pods, pod('a', { runtimeClassName: 'talk-r' })),
      post(pods, pod('b', { runtimeClassName: 'talk-r', nodeSelector: { a: 'c' } })),
      post(
        pods,
        pod('c', {
          runtimeClassName: 'talk-r',
          nodeSelector: { x: 'y' },
          tolerations: [
            { key: 'k', operator: 'Exists' },
            { key: 'z', operator: 'Exists' },
          ],
        }),
      ),
      post(pods, pod('d', { runtimeClassName: 'talk-r', overhead: { cpu: '5m' } })),
      post(pods, pod('e', { overhead: { cpu: '5m' } })),
      post(
        apps('deployments'),
        deployment('d', {
          template: {
            metadata: { labels: { a: 'b' } },
            spec: { runtimeClassName: 'nope', containers: [container] },
          },
        }),
      ),
      remove(`${runtimes}/talk-r`),
    ],
  },
  {
    name: 'priorities',
    asks: [
      post(pods, pod('p1', { priority: 5 })),
      post(pods, pod('p2', { priority: 0 })),
      post(pods, pod('p3', { priorityClassName: 'nope' })),
      post(pods, pod('p4', { priorityClassName: 'system-node-critical' })),
      post(
        '/api/v1/namespaces/kube-system/pods?dryRun=All',
        pod('p5', { priorityClassName: 'system-cluster-critical' }),
      ),
      post(
        priorities,
        object('scheduling.k8s.io/v1', 'PriorityClass', 'talk-p', { value: 10, preemptionPolicy: 'Never' }),
      ),
      post(pods, pod('p6', { priorityClassName: 'talk-p' })),
      post(pods, pod('p7', { priorityClassName: 'talk-p', priority: 10 })),
      post(pods, pod('p8', { priorityClassName: 'talk-p', priority: 11 })),
      post(pods, pod('p9', { priorityClassName: 'talk-p', preemptionPolicy: 'PreemptLowerPriority' })),
      post(priorities, object('scheduling.k8s.io/v1', 'PriorityClass', 'system-foo', { value: 10 })),
      post(priorities, object('scheduling.k8s.io/v1', 'PriorityClass', 'talk-high', { value: 2000000000 })),
      post(
        priorities,
        object('scheduling.k8s.io/v1', 'PriorityClass', 'talk-policy', { value: 1, preemptionPolicy: 'Foo' }),
      ),
      post(
        priorities,
        object('scheduling.k8s.io/v1', 'PriorityClass', 'talk-g', { value: 7, globalDefault: true }),
      ),
      post(pods, pod('p10')),
      patch(`${priorities}/talk-p`, { value: 11 }),
      patch(`${priorities}/talk-p`, { preemptionPolicy: 'PreemptLowerPriority' }),
      remove(`${priorities}/talk-g`),
      remove(`${priorities}/talk-p`),
      remove(`${priorities}/system-node-critical?dryRun=All`),
    ],
  },
  {
    name: 'ingress classes',
    asks: [
      post(networking('ingresses'), ingress('none')),
      post(
        ingressClasses,
        object('networking.k8s.io/v1', 'IngressClass', 'talk-i', {
          metadata: { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
          spec: { controller: 'a.b/c' },
        }),
      ),
      post(networking('ingresses'), ingress('default')),
      post(networking('ingresses'), ingress('named', { ingressClassName: 'nope' })),
      post(networking('ingresses'), {
        ...ingress('annotated'),
        metadata: { name: 'annotated', annotations: { 'kubernetes.io/ingress.class': 'x' } },
      }),
      post(networking('ingresses'), {
        ...ingress('both', { ingressClassName: 'y' }),
        metadata: { name: 'both', annotations: { 'kubernetes.io/ingress.class': 'x' } },
      }),
      remove(`${ingressClasses}/talk-i`),
    ],
  },
  {
    name: 'tolerations and nodes',
    asks: [
      post(pods, pod('t1')),
      post(
        pods,
        pod('t2', {
          tolerations: [
            {
              key: 'node.kubernetes.io/not-ready',
              operator: 'Exists',
              effect: 'NoExecute',
              tolerationSeconds: 5,
            },
          ],
        }),
      ),
      post(pods, pod('t3', { tolerations: [{ operator: 'Exists' }] })),
      post(
        pods,
        pod('t4', {
          tolerations: [
            { key: 'node.kubernetes.io/unreachable', operator: 'Equal', value: 'x', effect: 'NoSchedule' },
          ],
        }),
      ),
      post('/api/v1/nodes', object('v1', 'Node', 'talk-node')),
      post(
        '/api/v1/nodes',
        object('v1', 'Node', 'talk-node2', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }),
      ),
      put('/api/v1/nodes/talk-node', object('v1', 'Node', 'talk-node')),
      remove('/api/v1/nodes/talk-node'),
      remove('/api/v1/nodes/talk-node2'),
      post(
        '/api/v1/namespaces',
        object('v1', 'Namespace', 'talk-ns', {
          metadata: { labels: { 'kubernetes.io/metadata.name': 'other' } },
        }),
      ),
      patch('/api/v1/namespaces/talk-ns', {
        metadata: { labels: { 'kubernetes.io/metadata.name': 'other' } },
      }),
      patch('/api/v1/namespaces/talk-ns', { metadata: { labels: { 'kubernetes.io/metadata.name': null } } }),
      remove('/api/v1/namespaces/talk-ns'),
      post('/api/v1/namespaces/talk-ns/configmaps', object('v1', 'ConfigMap', 'a')),
      post('/api/v1/namespaces/talk-ns/configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { generateName: 'a-' },
      }),
      remove('/api/v1/namespaces/default'),
      remove('/api/v1/namespaces/kube-public'),
    ],
  },
];
