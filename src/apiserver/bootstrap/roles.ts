import type { JsonObject } from '../../base/index.ts';
import { componentRules } from './component-rules.ts';
import { allVerbs, pathRule, readVerbs, rule, writeVerbs } from './rule.ts';

const rbacGroup = 'rbac.authorization.k8s.io';

interface Rule {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * What people use in their namespaces; `edit` writes it, `view` reads it. Endpoints are not among it: they could lead a
 * Service of one namespace to the pods of another.
 */
const namespaced: readonly Rule[] = [
  {
    groups: [''],
    resources: [
      'configmaps',
      'events',
      'persistentvolumeclaims',
      'pods',
      'replicationcontrollers',
      'replicationcontrollers/scale',
      'serviceaccounts',
      'services',
    ],
    verbs: writeVerbs,
  },
  {
    groups: ['apps'],
    resources: [
      'daemonsets',
      'deployments',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
    verbs: writeVerbs,
  },
  { groups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: writeVerbs },
  { groups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: writeVerbs },
  { groups: ['policy'], resources: ['poddisruptionbudgets'], verbs: writeVerbs },
  { groups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'], verbs: writeVerbs },
  { groups: ['resource.k8s.io'], resources: ['resourceclaims', 'resourceclaimtemplates'], verbs: writeVerbs },
];

const viewRules: JsonObject[] = [
  rule(
    [''],
    [
      'configmaps',
      'endpoints',
      'persistentvolumeclaims',
      'persistentvolumeclaims/status',
      'pods',
      'replicationcontrollers',
      'replicationcontrollers/scale',
      'serviceaccounts',
      'services',
      'services/status',
    ],
    readVerbs,
  ),
  rule(
    [''],
    [
      'bindings',
      'events',
      'limitranges',
      'namespaces/status',
      'pods/log',
      'pods/status',
      'replicationcontrollers/status',
      'resourcequotas',
      'resourcequotas/status',
    ],
    readVerbs,
  ),
  rule([''], ['namespaces'], readVerbs),
  rule(['discovery.k8s.io'], ['endpointslices'], readVerbs),
  rule(
    ['apps'],
    [
      'controllerrevisions',
      'daemonsets',
      'daemonsets/status',
      'deployments',
      'deployments/scale',
      'deployments/status',
      'replicasets',
      'replicasets/scale',
      'replicasets/status',
      'statefulsets',
      'statefulsets/scale',
      'statefulsets/status',
    ],
    readVerbs,
  ),
  rule(['autoscaling'], ['horizontalpodautoscalers', 'horizontalpodautoscalers/status'], readVerbs),
  rule(['batch'], ['cronjobs', 'cronjobs/status', 'jobs', 'jobs/status'], readVerbs),
  rule(['policy'], ['poddisruptionbudgets', 'poddisruptionbudgets/status'], readVerbs),
  rule(['networking.k8s.io'], ['ingresses', 'ingresses/status', 'networkpolicies'], readVerbs),
  rule(['resource.k8s.io'], ['resourceclaims', 'resourceclaims/status', 'resourceclaimtemplates'], readVerbs),
];

const editRules: JsonObject[] = [
  rule(
    [''],
    ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'],
    readVerbs,
  ),
  rule([''], ['serviceaccounts'], ['impersonate']),
  rule([''], ['pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy'], writeVerbs),
  rule([''], ['pods/eviction'], ['create']),
  rule([''], ['secrets', 'services/proxy'], writeVerbs),
  rule([''], ['serviceaccounts/token'], ['create']),
  rule(['coordination.k8s.io'], ['leases'], allVerbs),
  ...namespaced.map(({ groups, resources, verbs }) => rule(groups, resources, verbs)),
];

const adminRules: JsonObject[] = [
  rule(['authorization.k8s.io'], ['localsubjectaccessreviews'], ['create']),
  rule([rbacGroup], ['rolebindings', 'roles'], allVerbs),
];

const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };

function clusterRole(
  name: string,
  rules: readonly JsonObject[],
  more: { labels?: JsonObject; rule?: JsonObject } = {},
): JsonObject {
  return {
    kind: 'ClusterRole',
    apiVersion: `${rbacGroup}/v1`,
    metadata: { name, labels: { ...labels, ...more.labels }, annotations },
    ...(more.rule === undefined ? {} : { aggregationRule: more.rule }),
    rules: [...rules],
  };
}

function clusterRoleBinding(name: string, subjects: readonly JsonObject[]): JsonObject {
  return {
    kind: 'ClusterRoleBinding',
    apiVersion: `${rbacGroup}/v1`,
    metadata: { name, labels, annotations },
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
    subjects: [...subjects],
  };
}

function group(name: string): JsonObject {
  return { kind: 'Group', apiGroup: rbacGroup, name };
}

function user(name: string): JsonObject {
  return { kind: 'User', apiGroup: rbacGroup, name };
}

function aggregate(to: string): { labels: JsonObject } {
  return { labels: { [`${rbacGroup}/aggregate-to-${to}`]: 'true' } };
}

function aggregated(from: string): { rule: JsonObject } {
  return {
    rule: { clusterRoleSelectors: [{ matchLabels: { [`${rbacGroup}/aggregate-to-${from}`]: 'true' } }] },
  };
}

function clusterRoles(): JsonObject[] {
  const everything = [rule(['*'], ['*'], ['*']), { verbs: ['*'], nonResourceURLs: ['*'] }];
  const discovery = pathRule(
    '/api',
    '/api/*',
    '/apis',
    '/apis/*',
    '/healthz',
    '/livez',
    '/openapi',
    '/openapi/*',
    '/readyz',
    '/version',
    '/version/',
  );
  return [
    clusterRole('cluster-admin', everything),
    clusterRole('admin', [...adminRules, ...editRules, ...viewRules], aggregated('admin')),
    clusterRole('edit', [...editRules, ...viewRules], { ...aggregated('edit'), ...aggregate('admin') }),
    clusterRole('view', viewRules, { ...aggregated('view'), ...aggregate('edit') }),
    clusterRole('system:aggregate-to-admin', adminRules, aggregate('admin')),
    clusterRole('system:aggregate-to-edit', editRules, aggregate('edit')),
    clusterRole('system:aggregate-to-view', viewRules, aggregate('view')),
    clusterRole('system:discovery', [discovery]),
    clusterRole('system:public-info-viewer', [
      pathRule('/healthz', '/livez', '/readyz', '/version', '/version/'),
    ]),
    clusterRole('system:monitoring', [
      pathRule(
        '/healthz',
        '/healthz/*',
        '/livez',
        '/livez/*',
        '/metrics',
        '/metrics/slis',
        '/readyz',
        '/readyz/*',
      ),
      rule([''], ['nodes/metrics'], ['get']),
    ]),
    clusterRole('system:basic-user', [
      rule(['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], ['create']),
      rule(['authentication.k8s.io'], ['selfsubjectreviews'], ['create']),
    ]),
    clusterRole('system:auth-delegator', [
      rule(['authentication.k8s.io'], ['tokenreviews'], ['create']),
      rule(['authorization.k8s.io'], ['subjectaccessreviews'], ['create']),
    ]),
    clusterRole('system:service-account-issuer-discovery', [
      pathRule(
        '/.well-known/openid-configuration',
        '/.well-known/openid-configuration/',
        '/openid/v1/jwks',
        '/openid/v1/jwks/',
      ),
    ]),
    ...Object.entries(componentRules).map(([name, rules]) => clusterRole(name, rules)),
  ];
}

function clusterRoleBindings(): JsonObject[] {
  const authenticated = group('system:authenticated');
  return [
    clusterRoleBinding('cluster-admin', [group('system:masters')]),
    clusterRoleBinding('system:discovery', [authenticated]),
    clusterRoleBinding('system:basic-user', [authenticated]),
    clusterRoleBinding('system:public-info-viewer', [authenticated, group('system:unauthenticated')]),
    clusterRoleBinding('system:monitoring', [group('system:monitoring')]),
    clusterRoleBinding('system:service-account-issuer-discovery', [group('system:serviceaccounts')]),
    clusterRoleBinding('system:node-proxier', [user('system:kube-proxy')]),
    clusterRoleBinding('system:kube-scheduler', [user('system:kube-scheduler')]),
    clusterRoleBinding('system:kube-controller-manager', [user('system:kube-controller-manager')]),
  ];
}

/** The roles and bindings that every cluster begins with. */
export function roleObjects(): JsonObject[] {
  return [...clusterRoles(), ...clusterRoleBindings()];
}
