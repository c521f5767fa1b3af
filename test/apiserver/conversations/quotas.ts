import type { JsonObject } from '../../../src/base/index.ts';
import { apps, core, deployment, get, object, patch, pod, post, put, remove, service } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

const pods = core('pods');
const claims = core('persistentvolumeclaims');
const services = core('services');
const quotas = core('resourcequotas');

const zeros = (hard: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));

/** A quota that is taken up: here nobody else says so. */
function quota(name: string, hard: JsonObject, spec: JsonObject = {}): Ask[] {
  return [
    post(quotas, object('v1', 'ResourceQuota', name, { spec: { hard, ...spec } })),
    patch(`${quotas}/${name}/status`, { status: { hard, used: zeros(hard) } }),
  ];
}

/** What is refused as soon as the quota is known: a real server takes its time. */
function known(path: string, refused: JsonObject): Ask {
  return { ...post(`${path}?dryRun=All`, refused), until: 403 };
}

const used = (name: string): Ask => get(`${quotas}/${name}`);

function podOf(name: string, resources: JsonObject = {}, spec: JsonObject = {}) {
  return pod(name, { containers: [{ name: 'c', image: 'i', resources }], ...spec });
}

function claim(name: string, storage: string, spec: JsonObject = {}) {
  return object('v1', 'PersistentVolumeClaim', name, {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...spec },
  });
}

const cpu = (request: string, limit?: string) => ({
  requests: { cpu: request },
  ...(limit && { limits: { cpu: limit } }),
});

const elsewhere = {
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: 'zone', namespaces: ['other'], labelSelector: {} } },
      ],
    },
  },
};

export const quotaConversations: readonly Conversation[] = [
  {
    name: 'what pods ask for',
    asks: [
      ...quota('compute', {
        'requests.cpu': '1',
        'limits.memory': '1Gi',
        pods: '3',
        'requests.example.com/gpu': '2',
      }),
      known(pods, podOf('known', { requests: { cpu: '2' }, limits: { memory: '1Mi' } })),
      post(pods, podOf('silent')),
      post(
        pods,
        pod('both', {
          containers: [
            { name: 'b', image: 'i' },
            { name: 'a', image: 'i' },
          ],
          initContainers: [{ name: 'i', image: 'i', resources: cpu('1m') }],
        }),
      ),
      post(
        pods,
        podOf('first', { requests: { cpu: '400m' }, limits: { memory: '512Mi', 'example.com/gpu': '2' } }),
      ),
      used('compute'),
      post(
        pods,
        podOf('much', { requests: { cpu: '700m' }, limits: { memory: '600M', 'example.com/gpu': '1' } }),
      ),
      post(pods, podOf('second', { requests: { cpu: '0.6' }, limits: { memory: '1M' } })),
      used('compute'),
      patch(
        `${pods}/first/resize`,
        { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '500m' } } }] } },
        'strategic',
      ),
      patch(
        `${pods}/first/resize`,
        { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '300m' } } }] } },
        'strategic',
      ),
      post(pods, podOf('whole', {}, { resources: { requests: { cpu: '2' } } })),
    ],
  },
  {
    name: 'scopes',
    asks: [
      ...quota('best', { pods: '1' }, { scopes: ['BestEffort'] }),
      ...quota('not-best', { pods: '1' }, { scopes: ['NotBestEffort'] }),
      ...quota('ending', { pods: '1' }, { scopes: ['Terminating'] }),
      ...quota('across', { pods: '0' }, { scopes: ['CrossNamespacePodAffinity'] }),
      ...quota(
        'important',
        { pods: '0' },
        {
          scopeSelector: {
            matchExpressions: [
              { scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical'] },
            ],
          },
        },
      ),
      known(pods, podOf('known', {}, { priorityClassName: 'system-node-critical' })),
      known(pods, podOf('known', {}, elsewhere)),
      post(pods, podOf('best-a')),
      post(pods, podOf('best-b')),
      post(pods, podOf('not-a', cpu('1m'))),
      post(pods, podOf('not-b', cpu('1m'), { activeDeadlineSeconds: 5 })),
      used('best'),
      used('not-best'),
      patch(`${pods}/best-a`, { spec: { activeDeadlineSeconds: 9 } }),
      used('ending'),
      patch(`${pods}/not-a`, { spec: { activeDeadlineSeconds: 9 } }),
    ],
  },
  {
    name: 'claims and storage classes',
    asks: [
      ...quota('storage', {
        'requests.storage': '10Gi',
        persistentvolumeclaims: '5',
        'gold.storageclass.storage.k8s.io/requests.storage': '2Gi',
        'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
        'count/persistentvolumeclaims': '9',
      }),
      known(claims, claim('known', '11Gi')),
      post(claims, claim('gold-a', '2Gi', { storageClassName: 'gold' })),
      post(claims, claim('gold-b', '1Gi', { storageClassName: 'gold' })),
      post(claims, claim('plain', '7.5Gi', { storageClassName: 'plain' })),
      post(claims, claim('odd', '1500m', { storageClassName: 'plain' })),
      used('storage'),
      ...quota(
        'attributes',
        { persistentvolumeclaims: '0' },
        { scopeSelector: { matchExpressions: [{ scopeName: 'VolumeAttributesClass', operator: 'Exists' }] } },
      ),
      known(claims, claim('fast', '1Mi', { volumeAttributesClassName: 'fast' })),
    ],
  },
  {
    name: 'services, and anything by its count',
    asks: [
      ...quota('counts', {
        services: '3',
        'services.nodeports': '2',
        'services.loadbalancers': '1',
        'count/deployments.apps': '1',
        'count/configmaps': '2',
        configmaps: '5',
        resourcequotas: '1',
      }),
      known(
        services,
        service('known', { type: 'NodePort', ports: [1, 2, 3].map((port) => ({ name: `p${port}`, port })) }),
      ),
      { ...post(services, service('plain')), unheard: true },
      {
        ...post(
          services,
          service('balanced', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
        ),
        unheard: true,
      },
      post(services, service('balanced-b', { type: 'LoadBalancer' })),
      {
        ...patch(`${services}/plain`, {
          spec: {
            type: 'NodePort',
            ports: [
              { name: 'a', port: 80 },
              { name: 'b', port: 81 },
            ],
          },
        }),
        unheard: true,
      },
      used('counts'),
      patch(`${services}/balanced`, { spec: { type: 'NodePort' } }),
      { ...remove(`${services}/plain`), unheard: true },
      post(apps('deployments'), deployment('a')),
      post(apps('deployments'), deployment('b')),
      put(core('configmaps/made-by-put'), object('v1', 'ConfigMap', 'made-by-put')),
      patch(
        core('configmaps/made-by-apply?fieldManager=m'),
        object('v1', 'ConfigMap', 'made-by-apply'),
        'apply',
      ),
      post(core('configmaps'), object('v1', 'ConfigMap', 'c')),
      post(quotas, object('v1', 'ResourceQuota', 'another', { spec: { hard: {} } })),
    ],
  },
  {
    name: 'a quota that nobody has counted yet',
    asks: [
      post(
        quotas,
        object('v1', 'ResourceQuota', 'new', { spec: { hard: { pods: '0', 'count/secrets': '0' } } }),
      ),
      post(pods, podOf('free')),
      patch(`${quotas}/new/status`, { status: { hard: { pods: '5', 'count/secrets': '1' } } }),
      known(pods, podOf('unknown')),
    ],
  },
  {
    name: 'quotas that cannot be',
    asks: [
      ...[
        { hard: { pods: '1' }, scopes: ['Unheard'] },
        { hard: { services: '1' }, scopes: ['BestEffort'] },
        { hard: { 'requests.cpu': '1' }, scopes: ['BestEffort', 'NotBestEffort'] },
        { hard: { pods: '1' }, scopes: ['Terminating', 'NotTerminating'] },
        {
          hard: { pods: '1' },
          scopeSelector: { matchExpressions: [{ scopeName: 'Unheard', operator: 'Exists' }] },
        },
        {
          hard: { pods: '1' },
          scopeSelector: { matchExpressions: [{ scopeName: 'BestEffort', operator: 'In', values: ['a'] }] },
        },
        {
          hard: { pods: '1' },
          scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] },
        },
        {
          hard: { pods: '1' },
          scopeSelector: {
            matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] }],
          },
        },
        {
          hard: { pods: '1' },
          scopeSelector: {
            matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Like', values: ['a'] }],
          },
        },
        {
          hard: { services: '1' },
          scopeSelector: {
            matchExpressions: [
              { scopeName: 'Terminating', operator: 'Exists' },
              { scopeName: 'NotTerminating', operator: 'Exists' },
            ],
          },
        },
        { hard: { pods: '1' }, scopeSelector: { matchExpressions: [{ operator: 'Exists' }] } },
      ].map((spec) => post(quotas, object('v1', 'ResourceQuota', 'wrong', { spec }))),
      post(quotas, object('v1', 'ResourceQuota', 'right', { spec: { hard: { pods: '1' } } })),
      patch(`${quotas}/right/status`, {
        status: { hard: { pods: '-1' }, used: { nonsense: '1' } },
      }),
      patch(`${quotas}/right`, { spec: { scopes: ['Unheard'] } }),
    ],
  },
];
