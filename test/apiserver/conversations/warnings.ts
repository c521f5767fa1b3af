import type { JsonObject } from '../../../src/base/index.ts';
import {
  apps,
  batch,
  container,
  core,
  cronJob,
  deployment,
  get,
  job,
  networking,
  object,
  pod,
  post,
} from './asks.ts';
import type { Ask, Conversation } from './play.ts';

const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Pods that a real server takes with a word about them. */
const specs: readonly JsonObject[] = [
  { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } },
  { nodeSelector: { 'node-role.kubernetes.io/master': '' } },
  {
    affinity: {
      nodeAffinity: {
        [required]: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'In', values: ['a'] }] },
          ],
        },
        [preferred]: [
          {
            weight: 1,
            preference: {
              matchExpressions: [
                { key: 'failure-domain.beta.kubernetes.io/zone', operator: 'In', values: ['-bad-'] },
              ],
            },
          },
        ],
      },
    },
  },
  {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'failure-domain.beta.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
      },
    ],
  },
  {
    affinity: {
      podAffinity: { [required]: [{ topologyKey: 'zone' }] },
      podAntiAffinity: { [preferred]: [{ weight: 1, podAffinityTerm: { topologyKey: 'zone' } }] },
    },
  },
  { volumes: [{ name: 'v', gitRepo: { repository: 'x' } }] },
  {
    volumes: [
      { name: 'v', cephfs: { monitors: ['a'] } },
      { name: 'w', rbd: { monitors: ['a'], image: 'i' } },
    ],
  },
  {
    volumes: [
      { name: 'v', glusterfs: { endpoints: 'e', path: 'p' } },
      { name: 'w', storageos: { volumeName: 'x' } },
    ],
  },
  {
    volumes: [
      {
        name: 'v',
        configMap: {
          name: 'c',
          items: [
            { key: 'a', path: 'p' },
            { key: 'b', path: 'p/q' },
          ],
        },
      },
    ],
  },
  {
    volumes: [
      {
        name: 'v',
        secret: {
          secretName: 'c',
          items: [
            { key: 'a', path: 'p' },
            { key: 'b', path: 'p' },
          ],
        },
      },
    ],
  },
  {
    volumes: [
      {
        name: 'v',
        projected: {
          sources: [
            { configMap: { name: 'c', items: [{ key: 'a', path: 'p' }] } },
            { secret: { name: 's', items: [{ key: 'a', path: 'p/x' }] } },
          ],
        },
      },
    ],
  },
  { hostAliases: [{ ip: '1.1.1.1' }, { ip: '1.1.1.1' }, { ip: '010.0.0.1' }] },
  { imagePullSecrets: [{ name: 'a' }, { name: 'a' }] },
  { dnsConfig: { nameservers: ['010.0.0.1'] } },
  { terminationGracePeriodSeconds: -1 },
  { containers: [{ ...container, resources: { limits: { memory: '100m', 'ephemeral-storage': '1500m' } } }] },
  {
    containers: [
      {
        ...container,
        env: [
          { name: 'A', value: 'x' },
          { name: 'A', value: 'y' },
          { name: 'A', value: '$(A)z' },
        ],
      },
    ],
  },
  { containers: [{ ...container, ports: [{ containerPort: 80 }, { containerPort: 80 }] }] },
  {
    containers: [
      {
        ...container,
        ports: [
          { containerPort: 80, hostPort: 80 },
          { containerPort: 80, hostPort: 81 },
        ],
      },
    ],
  },
  { containers: [{ ...container, ports: [{ containerPort: 80, hostPort: 80 }, { containerPort: 80 }] }] },
  {
    containers: [
      {
        ...container,
        ports: [
          { containerPort: 80, hostPort: 80, hostIP: '1.1.1.1' },
          { containerPort: 80, hostPort: 80 },
        ],
      },
    ],
  },
  { containers: [{ ...container, ports: [{ containerPort: 80, hostIP: '1.1.1.1' }] }] },
  {
    containers: [
      { ...container, ports: [{ name: 'x', containerPort: 80 }] },
      { ...container, name: 'd', ports: [{ name: 'x', containerPort: 81 }] },
    ],
  },
];

const annotations = {
  'scheduler.alpha.kubernetes.io/critical-pod': '',
  'container.apparmor.security.beta.kubernetes.io/c': 'runtime/default',
  'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default',
  'container.seccomp.security.alpha.kubernetes.io/c': 'runtime/default',
};

const dry = (path: string): string => `${path}?dryRun=All`;
const storage = (resource: string): string => `/apis/storage.k8s.io/v1/${resource}`;

function claim(name: string, rest: JsonObject): Ask {
  return post(
    dry(core('persistentvolumeclaims')),
    object('v1', 'PersistentVolumeClaim', name, {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' } } },
      ...rest,
    }),
  );
}

function volume(name: string, spec: JsonObject, rest: JsonObject = {}): Ask {
  const common = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] };
  return post(
    dry('/api/v1/persistentvolumes'),
    object('v1', 'PersistentVolume', name, { spec: { ...common, ...spec }, ...rest }),
  );
}

/** What a real server tells of what it takes all the same. */
export const warningConversations: readonly Conversation[] = [
  { name: 'pods', asks: specs.map((spec, i) => post(dry(core('pods')), pod(`p${i}`, spec))) },
  {
    name: 'templates of pods',
    asks: [
      ...specs.map((spec, i) =>
        post(
          dry(apps('deployments')),
          deployment(`d${i}`, {
            template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container], ...spec } },
          }),
        ),
      ),
      post(dry(core('pods')), pod('annotated', {}, { metadata: { annotations } })),
      post(
        dry(apps('deployments')),
        deployment('annotated', {
          template: { metadata: { labels: { a: 'b' }, annotations }, spec: { containers: [container] } },
        }),
      ),
      post(dry(core('pods')), pod('a.b')),
      post(dry(apps('deployments')), deployment('a.b')),
      post(dry(batch('jobs')), job('a.b')),
      post(dry(batch('cronjobs')), cronJob('a.b')),
      post(
        dry(batch('jobs')),
        job('many', { completionMode: 'Indexed', completions: 100001, parallelism: 10001 }),
      ),
    ],
  },
  {
    name: 'other kinds',
    asks: [
      get(core('endpoints/x')),
      post(
        dry(core('endpoints')),
        object('v1', 'Endpoints', 'e', {
          subsets: [{ addresses: [{ ip: '010.0.0.1' }], ports: [{ port: 1 }] }],
        }),
      ),
      post(
        dry(core('secrets')),
        object('v1', 'Secret', 's', {
          type: 'kubernetes.io/tls',
          data: { 'tls.crt': 'eA==', 'tls.key': 'eA==' },
        }),
      ),
      post(
        dry(core('serviceaccounts')),
        object('v1', 'ServiceAccount', 's', {
          metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
        }),
      ),
      post(
        dry('/api/v1/nodes'),
        object('v1', 'Node', 'n', {
          spec: { podCIDR: '010.0.0.0/24', podCIDRs: ['010.0.0.0/24'], externalID: 'x' },
        }),
      ),
      claim('c', {}),
      claim('d', { metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } } }),
      volume('v', { hostPath: { path: '/x' }, persistentVolumeReclaimPolicy: 'Recycle' }),
      volume(
        'w',
        { hostPath: { path: '/x' } },
        {
          metadata: {
            annotations: {
              'volume.beta.kubernetes.io/storage-class': 'x',
            },
          },
        },
      ),
      volume('x', { cephfs: { monitors: ['a'] } }),
      volume('y', {
        hostPath: { path: '/x' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'beta.kubernetes.io/os', operator: 'Exists' }] }],
          },
        },
      }),
      post(
        dry(storage('storageclasses')),
        object('storage.k8s.io/v1', 'StorageClass', 's', {
          provisioner: 'a.b/c',
          allowedTopologies: [
            { matchLabelExpressions: [{ key: 'failure-domain.beta.kubernetes.io/zone', values: ['a'] }] },
          ],
        }),
      ),
      post(
        dry('/apis/node.k8s.io/v1/runtimeclasses'),
        object('node.k8s.io/v1', 'RuntimeClass', 'r', {
          handler: 'h',
          scheduling: { nodeSelector: { 'beta.kubernetes.io/os': 'x' } },
        }),
      ),
      post(
        dry(networking('networkpolicies')),
        object('networking.k8s.io/v1', 'NetworkPolicy', 'n', {
          spec: {
            podSelector: {},
            ingress: [{ from: [{ ipBlock: { cidr: '010.0.0.0/8', except: ['10.1.2.3/24'] } }] }],
            egress: [{ to: [{ ipBlock: { cidr: '1::0/64' } }] }],
          },
        }),
      ),
      post(
        dry('/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices'),
        object('discovery.k8s.io/v1', 'EndpointSlice', 'e', {
          addressType: 'IPv4',
          endpoints: [{ addresses: ['010.0.0.1'] }],
          ports: [{ port: 1 }],
        }),
      ),
      post(
        dry('/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices'),
        object('discovery.k8s.io/v1', 'EndpointSlice', 'f', {
          addressType: 'FQDN',
          endpoints: [{ addresses: ['a.b'] }],
          ports: [{ port: 1 }],
        }),
      ),
      post(
        dry(apps('statefulsets')),
        object('apps/v1', 'StatefulSet', 's', {
          spec: {
            serviceName: 's',
            revisionHistoryLimit: -1,
            selector: { matchLabels: { a: 'b' } },
            template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } },
            volumeClaimTemplates: [
              {
                metadata: { name: 'v' },
                spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' } } },
              },
            ],
          },
        }),
      ),
    ],
  },
];
