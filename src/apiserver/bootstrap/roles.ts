import type { JsonObject } from '../../base/index.ts';

const readVerbs = ['get', 'list', 'watch'];
const writeVerbs = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const allVerbs = [...writeVerbs, ...readVerbs];
const rbacGroup = 'rbac.authorization.k8s.io';

interface Rule {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

function rule(groups: readonly string[], resources: readonly string[], verbs: readonly string[]): JsonObject {
  return { verbs: [...verbs], apiGroups: [...groups], resources: [...resources] };
}

function pathRule(...paths: readonly string[]): JsonObject {
  return { verbs: ['get'], nonResourceURLs: [...paths] };
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
    clusterRole('system:kubelet-api-admin', [
      rule([''], ['nodes'], ['get', 'list', 'watch', 'proxy']),
      rule([''], ['nodes/log', 'nodes/metrics', 'nodes/proxy', 'nodes/stats'], ['*']),
    ]),
    ...componentRoles(),
  ];
}

/** Roles of the programs of a cluster, for those who run them against it. */
function componentRoles(): JsonObject[] {
  const events = rule(['', 'events.k8s.io'], ['events'], ['create', 'patch', 'update']);
  return [
    clusterRole('system:node', [
      rule(['authentication.k8s.io'], ['tokenreviews'], ['create']),
      rule(['authorization.k8s.io'], ['localsubjectaccessreviews', 'subjectaccessreviews'], ['create']),
      rule(
        [''],
        ['services', 'configmaps', 'secrets', 'persistentvolumeclaims', 'persistentvolumes', 'endpoints'],
        readVerbs,
      ),
      rule([''], ['nodes'], ['create', 'get', 'list', 'patch', 'update', 'watch']),
      rule([''], ['nodes/status', 'pods/status'], ['patch', 'update']),
      rule([''], ['pods'], ['create', 'delete', ...readVerbs]),
      rule([''], ['pods/eviction', 'serviceaccounts/token'], ['create']),
      rule(['coordination.k8s.io'], ['leases'], ['create', 'delete', 'get', 'patch', 'update']),
      rule(['certificates.k8s.io'], ['certificatesigningrequests'], ['create', ...readVerbs]),
      rule(['storage.k8s.io'], ['volumeattachments', 'csidrivers'], readVerbs),
      rule(['storage.k8s.io'], ['csinodes'], ['create', 'delete', 'get', 'patch', 'update']),
      rule(['node.k8s.io'], ['runtimeclasses'], readVerbs),
      events,
    ]),
    clusterRole('system:node-proxier', [
      rule([''], ['endpoints', 'services', 'nodes'], readVerbs),
      rule(['discovery.k8s.io'], ['endpointslices'], readVerbs),
      events,
    ]),
    clusterRole('system:kube-scheduler', [
      rule(
        [''],
        [
          'nodes',
          'namespaces',
          'persistentvolumeclaims',
          'persistentvolumes',
          'replicationcontrollers',
          'services',
        ],
        readVerbs,
      ),
      rule([''], ['pods'], ['delete', ...readVerbs]),
      rule([''], ['bindings', 'pods/binding'], ['create']),
      rule([''], ['pods/status'], ['patch', 'update']),
      rule(['apps'], ['replicasets', 'statefulsets'], readVerbs),
      rule(['policy'], ['poddisruptionbudgets'], readVerbs),
      rule(['storage.k8s.io'], ['*'], readVerbs),
      rule(['coordination.k8s.io'], ['leases'], ['create', 'get', 'list', 'update', 'watch']),
      events,
    ]),
    clusterRole('system:kube-controller-manager', [
      rule(['*'], ['*'], readVerbs),
      rule([''], ['secrets', 'serviceaccounts'], ['create', 'delete', 'get', 'update']),
      rule([''], ['serviceaccounts/token'], ['create']),
      rule(['coordination.k8s.io'], ['leases'], ['create', 'get', 'update']),
      rule(['authentication.k8s.io'], ['tokenreviews'], ['create']),
      rule(['authorization.k8s.io'], ['subjectaccessreviews'], ['create']),
      events,
    ]),
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
