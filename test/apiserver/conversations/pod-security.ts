import type { JsonObject } from '../../../src/base/index.ts';
import { apps, batch, core, cronJob, deployment, object, patch, pod, post, template } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

const pods = core('pods');
const space = '/api/v1/namespaces/{ns}';

const label = (labels: Record<string, string>): JsonObject => ({
  metadata: {
    labels: Object.fromEntries(
      Object.entries(labels).map(([mode, value]) => [`pod-security.kubernetes.io/${mode}`, value]),
    ),
  },
});

const container = (name: string, securityContext: JsonObject = {}, rest: JsonObject = {}): JsonObject => ({
  name,
  image: 'i',
  securityContext,
  ...rest,
});

const tight = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** A pod that the whole of a namespace refuses as soon as its labels are known. */
const known: Ask = {
  ...post(`${pods}?dryRun=All`, pod('known', { containers: [container('c', { privileged: true })] })),
  until: 403,
};

const suspects: readonly JsonObject[] = [
  pod('plain'),
  pod('tight', { containers: [container('c', tight)] }),
  pod('tight-as-a-whole', {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'Localhost', localhostProfile: 'p' } },
    containers: [
      container('c', {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
      }),
    ],
  }),
  pod('several', {
    containers: [
      container('b', { privileged: true }),
      container('a', { capabilities: { add: ['SYS_TIME', 'CHOWN', 'NET_RAW'] } }),
    ],
    initContainers: [container('i', { capabilities: { drop: ['ALL'], add: ['KILL'] } })],
  }),
  pod('host', {
    hostNetwork: true,
    hostPID: true,
    hostIPC: true,
    volumes: [
      { name: 'v', hostPath: { path: '/' } },
      { name: 'w', nfs: { server: 's', path: '/' } },
      { name: 'x', emptyDir: {} },
      { name: 'y', csi: { driver: 'd' } },
    ],
    containers: [
      container('c', tight, {
        ports: [
          { containerPort: 80, hostPort: 80 },
          { containerPort: 8080, hostPort: 8080 },
        ],
      }),
    ],
  }),
  pod('probes', {
    containers: [
      container('c', tight, {
        livenessProbe: { httpGet: { port: 80, host: 'b.example' } },
        lifecycle: { preStop: { httpGet: { port: 80, host: 'a.example' } } },
      }),
    ],
  }),
  pod('users', {
    securityContext: { runAsUser: 0, runAsNonRoot: false },
    containers: [container('c', { ...tight, runAsUser: 0, runAsNonRoot: false }), container('d', tight)],
  }),
  pod('confined', {
    securityContext: {
      seLinuxOptions: { type: 'spc_t', user: 'u' },
      seccompProfile: { type: 'Unconfined' },
      appArmorProfile: { type: 'Unconfined' },
      sysctls: [
        { name: 'net.ipv4.tcp_rmem', value: '1' },
        { name: 'kernel.msgmax', value: '1' },
      ],
    },
    containers: [
      container('c', {
        ...tight,
        procMount: 'Unmasked',
        seLinuxOptions: { role: 'r', type: 'container_engine_t' },
        appArmorProfile: { type: 'RuntimeDefault' },
      }),
    ],
    hostUsers: false,
  }),
  pod(
    'annotated',
    { containers: [container('c', tight)] },
    {
      metadata: {
        annotations: {
          'container.apparmor.security.beta.kubernetes.io/c': 'unconfined',
          'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
        },
      },
    },
  ),
  pod('windows', { os: { name: 'windows' }, containers: [{ name: 'c', image: 'i' }] }),
  pod('host-process', {
    os: { name: 'windows' },
    hostNetwork: true,
    securityContext: { windowsOptions: { hostProcess: true, runAsUserName: 'u' } },
    containers: [{ name: 'c', image: 'i' }],
  }),
];

function underStandard(name: string, labels: Record<string, string>): Conversation {
  return {
    name,
    asks: [
      patch(space, label(labels)),
      known,
      ...suspects.map((each) => post(pods, each)),
      ...suspects.map(({ metadata, spec }, position) => {
        const podSpec = spec as JsonObject;
        const meta = { ...(metadata as JsonObject), labels: { a: 'b' } };
        const made = { ...template(podSpec, meta), metadata: meta };
        return { ...post(apps('deployments'), deployment(`d${position}`, { template: made })) };
      }),
    ],
  };
}

export const podSecurityConversations: readonly Conversation[] = [
  underStandard('restricted', { enforce: 'restricted' }),
  underStandard('baseline', {
    enforce: 'baseline',
    warn: 'restricted',
    'warn-version': 'v1.24',
    audit: 'restricted',
  }),
  underStandard('an old version', {
    enforce: 'baseline',
    'enforce-version': 'v1.18',
    'audit-version': 'v1.20',
  }),
  underStandard('an old version, restricted', { enforce: 'restricted', 'enforce-version': 'v1.7' }),
  underStandard('a version to come', {
    enforce: 'restricted',
    'enforce-version': 'v1.99',
    warn: 'privileged',
  }),
  {
    name: 'what makes pods',
    asks: [
      patch(space, label({ enforce: 'restricted' })),
      known,
      post(batch('cronjobs'), cronJob('c')),
      post(core('podtemplates'), object('v1', 'PodTemplate', 't', { template: template() })),
      post(
        core('replicationcontrollers'),
        object('v1', 'ReplicationController', 'r', { spec: { selector: { a: 'b' }, template: template() } }),
      ),
      post(
        apps('daemonsets'),
        object('apps/v1', 'DaemonSet', 's', {
          spec: { selector: { matchLabels: { a: 'b' } }, template: template() },
        }),
      ),
    ],
  },
  {
    name: 'labels that cannot be',
    asks: [
      post('/api/v1/namespaces', {
        ...object('v1', 'Namespace', 'wrong-level'),
        ...named('wrong-level', label({ enforce: 'strict' })),
      }),
      post('/api/v1/namespaces', {
        ...object('v1', 'Namespace', 'wrong-all'),
        ...named(
          'wrong-all',
          label({ audit: '', 'audit-version': '1.25', 'warn-version': 'v1.01', 'enforce-version': 'v2.0' }),
        ),
      }),
      patch(space, label({ warn: 'BASELINE' })),
      patch(space, label({ warn: 'baseline', unknown: 'x' })),
    ],
  },
  {
    name: 'pods that are there already',
    asks: [
      post(pods, pod('b')),
      post(pods, pod('a')),
      post(
        pods,
        pod('privileged', {
          containers: [container('c', { ...tight, privileged: true, allowPrivilegeEscalation: true })],
        }),
      ),
      post(pods, pod('fine', { containers: [container('c', tight)] })),
      {
        ...patch(`${space}?dryRun=All`, label({ enforce: 'baseline' })),
      },
      patch(space, label({ enforce: 'restricted' })),
      patch(space, label({ enforce: 'restricted', 'enforce-version': 'v1.20' })),
      patch(space, label({ enforce: 'baseline' })),
      patch(space, label({ enforce: 'privileged', 'enforce-version': 'latest' })),
    ],
  },
  {
    name: 'changes of pods',
    asks: [
      post(pods, pod('p', { containers: [container('c', { privileged: true })] })),
      { ...patch(space, label({ enforce: 'baseline', warn: 'restricted' })), unheard: true },
      known,
      patch(`${pods}/p`, { metadata: { labels: { a: 'b' } } }),
      patch(`${pods}/p`, { spec: { containers: [{ name: 'c', image: 'j' }] } }, 'strategic'),
      patch(
        `${pods}/p/resize`,
        { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] } },
        'strategic',
      ),
      post(pods, pod('q', { containers: [container('c', tight)] })),
      patch(
        `${pods}/q/ephemeralcontainers`,
        { spec: { ephemeralContainers: [{ name: 'e', image: 'i', securityContext: { privileged: true } }] } },
        'strategic',
      ),
      patch(
        `${pods}/q/ephemeralcontainers`,
        { spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] } },
        'strategic',
      ),
      patch(`${pods}/q/status`, { status: { phase: 'Running' } }),
    ],
  },
];

function named(name: string, labelled: JsonObject): JsonObject {
  return { metadata: { name, ...(labelled['metadata'] as JsonObject) } };
}
