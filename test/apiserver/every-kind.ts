import type { JsonObject } from '../../src/base/index.ts';

/** A small object of a kind, and a change that is allowed on it. */
export interface Specimen {
  /** Plural name. */
  readonly resource: string;
  readonly namespaced: boolean;
  readonly object: JsonObject;
  /** A merge patch that changes more than metadata, where the kind has anything that may change. */
  readonly change: JsonObject;
}

const container = { name: 'c', image: 'nginx' };
const podSpec = { containers: [container] };
const labels = { app: 'specimen' };
const template = { metadata: { labels }, spec: podSpec };
const selector = { matchLabels: labels };
const annotated = { metadata: { annotations: { changed: 'yes' } } };

const request =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIVE1Ib0NBUUF3R0RFV01CUUdBMVVFQXd3TmMzQmxZMmx0Wlc0dGRYTmxjakJaTUJNR0J5cUdTTTQ5QWdFRwpDQ3FHU000OUF3RUhBMElBQk5iTEFQMnJLL0JkcjJzQVdxUDdUSGcrYUFmTU01TkRzMDZaVldHbmtqdVZaUmZPCkdWU21wZVJQWEQ2bGpuTHhab0dZTGh2Q2ZtWVdldGlzdGNaUStweWdBREFLQmdncWhrak9QUVFEQWdOSkFEQkcKQWlFQXRlY3c5TWZHVE9JR2FibnBGQXYwNHpXTUk5aHNJSHJycS9ZQkhDcnZmc01DSVFET0MrcjhlMVR6YVh6WApLaVg3Z0ZVK2ZxRlllUzFOMURlbDJFelBPOGF2V1E9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K';

/** Name of every specimen; cluster-scoped kinds that choose their own names have another. */
export const specimenName = 'specimen';

function specimen(
  apiVersion: string,
  kind: string,
  resource: string,
  { cluster = false, name = specimenName, metadata = {}, change = annotated, ...rest }: Rest = {},
): Specimen {
  const object: JsonObject = { apiVersion, kind, metadata: { name, ...metadata }, ...rest };
  return { resource, namespaced: !cluster, object, change };
}

interface Rest {
  readonly cluster?: boolean;
  readonly name?: string;
  readonly metadata?: JsonObject;
  readonly change?: JsonObject;
  readonly [member: string]: JsonObject[string] | undefined;
}

const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const subjects = [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'specimen' }];
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'specimen' };
const hook = (name: string) => ({
  name,
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  failurePolicy: 'Ignore',
  clientConfig: { url: 'https://hook.example.com/' },
  rules: [
    {
      apiGroups: ['specimen.example.com'],
      apiVersions: ['v1'],
      resources: ['nothing'],
      operations: ['CREATE'],
    },
  ],
});
const admission = 'admissionregistration.k8s.io/v1';
const rbac = 'rbac.authorization.k8s.io/v1';
const storage = 'storage.k8s.io/v1';
const resources = 'resource.k8s.io/v1';
const definitionName = 'specimens.specimen.example.com';

/** One of every built-in kind that can be made, kept and changed. */
export const specimens: readonly Specimen[] = [
  specimen('v1', 'ConfigMap', 'configmaps', { data: { a: 'b' }, change: { data: { c: 'd' } } }),
  specimen('v1', 'Endpoints', 'endpoints', {
    subsets: [{ addresses: [{ ip: '10.9.8.7' }], ports: [{ port: 80 }] }],
    change: { subsets: [{ addresses: [{ ip: '10.9.8.6' }], ports: [{ port: 80 }] }] },
  }),
  specimen('v1', 'Event', 'events', {
    involvedObject: { kind: 'Pod', namespace: '{ns}', name: 'x' },
    reason: 'Because',
    message: 'it is so',
    type: 'Normal',
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:00Z',
    count: 1,
    change: { count: 2 },
  }),
  specimen('v1', 'LimitRange', 'limitranges', {
    spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '100Ti' } }] },
    change: { spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '101Ti' } }] } },
  }),
  specimen('v1', 'Namespace', 'namespaces', { cluster: true }),
  specimen('v1', 'Node', 'nodes', { cluster: true, change: { spec: { unschedulable: true } } }),
  specimen('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', {
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: '',
      resources: { requests: { storage: '1Gi' } },
    },
  }),
  specimen('v1', 'PersistentVolume', 'persistentvolumes', {
    cluster: true,
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/tmp/a' } },
    change: { spec: { capacity: { storage: '2Gi' } } },
  }),
  specimen('v1', 'Pod', 'pods', { spec: podSpec, change: { spec: { activeDeadlineSeconds: 100 } } }),
  specimen('v1', 'PodTemplate', 'podtemplates', {
    template,
    change: { template: { spec: { priority: 1 } } },
  }),
  specimen('v1', 'ReplicationController', 'replicationcontrollers', {
    spec: { replicas: 0, selector: labels, template },
    change: { spec: { minReadySeconds: 1 } },
  }),
  specimen('v1', 'ResourceQuota', 'resourcequotas', {
    spec: { hard: { 'count/secrets': '100' } },
    change: { spec: { hard: { 'count/configmaps': '101' } } },
  }),
  specimen('v1', 'Secret', 'secrets', { data: { a: 'Yg==' }, change: { data: { c: 'ZA==' } } }),
  specimen('v1', 'ServiceAccount', 'serviceaccounts', { change: { automountServiceAccountToken: false } }),
  specimen('v1', 'Service', 'services', {
    spec: { clusterIP: 'None', ports: [{ port: 80 }], selector: labels },
    change: { spec: { selector: { b: 'c' } } },
  }),
  specimen(admission, 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', {
    cluster: true,
    webhooks: [hook('a.example.com')],
    change: { webhooks: [hook('b.example.com')] },
  }),
  specimen(admission, 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', {
    cluster: true,
    webhooks: [hook('a.example.com')],
    change: { webhooks: [hook('b.example.com')] },
  }),
  specimen(admission, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
    cluster: true,
    spec: {
      matchConstraints: { resourceRules: hook('x').rules },
      validations: [{ expression: 'true' }],
    },
    change: { spec: { failurePolicy: 'Ignore' } },
  }),
  specimen(admission, 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', {
    cluster: true,
    spec: { policyName: 'specimen', validationActions: ['Warn'] },
    change: { spec: { validationActions: ['Audit'] } },
  }),
  specimen('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', {
    cluster: true,
    name: definitionName,
    spec: {
      group: 'specimen.example.com',
      scope: 'Namespaced',
      names: { plural: 'specimens', kind: 'Specimen' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
    change: { spec: { names: { shortNames: ['spc'] } } },
  }),
  specimen('apiregistration.k8s.io/v1', 'APIService', 'apiservices', {
    cluster: true,
    name: 'v1.aggregated.example.com',
    spec: {
      group: 'aggregated.example.com',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 10,
      service: { name: 'a', namespace: 'default' },
      insecureSkipTLSVerify: true,
    },
    change: { spec: { versionPriority: 11 } },
  }),
  specimen('apps/v1', 'ControllerRevision', 'controllerrevisions', {
    data: { a: 'b' },
    revision: 1,
    change: { revision: 2 },
  }),
  specimen('apps/v1', 'DaemonSet', 'daemonsets', {
    spec: { selector, template },
    change: { spec: { minReadySeconds: 1 } },
  }),
  specimen('apps/v1', 'Deployment', 'deployments', {
    spec: { replicas: 0, selector, template },
    change: { spec: { minReadySeconds: 1 } },
  }),
  specimen('apps/v1', 'ReplicaSet', 'replicasets', {
    spec: { replicas: 0, selector, template },
    change: { spec: { minReadySeconds: 1 } },
  }),
  specimen('apps/v1', 'StatefulSet', 'statefulsets', {
    spec: { replicas: 0, serviceName: 's', selector, template },
    change: { spec: { minReadySeconds: 1 } },
  }),
  specimen('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    spec: {
      minReplicas: 1,
      maxReplicas: 2,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'specimen' },
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
    },
    change: { spec: { maxReplicas: 3 } },
  }),
  specimen('batch/v1', 'CronJob', 'cronjobs', {
    spec: {
      schedule: '0 0 1 1 *',
      suspend: true,
      jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } },
    },
    change: { spec: { schedule: '0 0 2 1 *' } },
  }),
  specimen('batch/v1', 'Job', 'jobs', {
    spec: { suspend: true, template: { spec: { ...podSpec, restartPolicy: 'Never' } } },
    change: { spec: { activeDeadlineSeconds: 100 } },
  }),
  specimen('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests', {
    cluster: true,
    spec: { request, signerName: 'example.com/specimen', usages: ['client auth'] },
  }),
  specimen('coordination.k8s.io/v1', 'Lease', 'leases', {
    spec: { holderIdentity: 'a', leaseDurationSeconds: 10, renewTime: '2026-01-01T00:00:00.000000Z' },
    change: { spec: { holderIdentity: 'b' } },
  }),
  specimen('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.9.8.7'] }],
    ports: [{ port: 80, name: 'http' }],
    change: { endpoints: [{ addresses: ['10.9.8.6'] }] },
  }),
  specimen('events.k8s.io/v1', 'Event', 'events', {
    name: 'specimen-new',
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'example.com/specimen',
    reportingInstance: 'one',
    action: 'Act',
    reason: 'Because',
    type: 'Normal',
    regarding: { kind: 'Pod', namespace: '{ns}', name: 'x' },
    change: { series: { count: 2, lastObservedTime: '2026-01-01T00:00:00.000000Z' } },
  }),
  specimen('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', 'flowschemas', {
    cluster: true,
    spec: {
      priorityLevelConfiguration: { name: 'global-default' },
      matchingPrecedence: 9999,
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'specimen' } }],
          nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/specimen'] }],
        },
      ],
    },
    change: { spec: { matchingPrecedence: 9998 } },
  }),
  specimen('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', 'prioritylevelconfigurations', {
    cluster: true,
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } },
    change: { spec: { limited: { nominalConcurrencyShares: 2 } } },
  }),
  specimen('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', {
    cluster: true,
    spec: { controller: 'example.com/specimen' },
    change: { spec: { parameters: { kind: 'A', name: 'b', scope: 'Cluster' } } },
  }),
  specimen('networking.k8s.io/v1', 'Ingress', 'ingresses', {
    spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    change: { spec: { defaultBackend: { service: { name: 't' } } } },
  }),
  specimen('networking.k8s.io/v1', 'IPAddress', 'ipaddresses', {
    cluster: true,
    name: '10.77.0.1',
    spec: { parentRef: { resource: 'services', namespace: 'default', name: 'specimen' } },
  }),
  specimen('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', {
    spec: { podSelector: {} },
    change: { spec: { policyTypes: ['Ingress', 'Egress'] } },
  }),
  specimen('networking.k8s.io/v1', 'ServiceCIDR', 'servicecidrs', {
    cluster: true,
    spec: { cidrs: ['10.78.0.0/24'] },
  }),
  specimen('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', {
    cluster: true,
    handler: 'specimen',
    change: { scheduling: { nodeSelector: { a: 'b' } } },
  }),
  specimen('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', {
    spec: { minAvailable: 1, selector: { matchLabels: { none: 'none' } } },
    change: { spec: { minAvailable: 2 } },
  }),
  specimen(rbac, 'ClusterRole', 'clusterroles', { cluster: true, rules, change: { rules: [] } }),
  specimen(rbac, 'ClusterRoleBinding', 'clusterrolebindings', {
    cluster: true,
    roleRef,
    subjects,
    change: { subjects: null },
  }),
  specimen(rbac, 'Role', 'roles', { rules, change: { rules: [] } }),
  specimen(rbac, 'RoleBinding', 'rolebindings', { roleRef, subjects, change: { subjects: null } }),
  specimen(resources, 'DeviceClass', 'deviceclasses', {
    cluster: true,
    spec: { selectors: [{ cel: { expression: 'device.driver == "specimen.example.com"' } }] },
    change: { spec: { selectors: [] } },
  }),
  specimen(resources, 'ResourceClaim', 'resourceclaims', {
    spec: { devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'specimen' } }] } },
  }),
  specimen(resources, 'ResourceClaimTemplate', 'resourceclaimtemplates', {
    spec: { spec: { devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'specimen' } }] } } },
  }),
  specimen(resources, 'ResourceSlice', 'resourceslices', {
    cluster: true,
    spec: {
      driver: 'specimen.example.com',
      nodeName: 'specimen',
      pool: { name: 'specimen', generation: 1, resourceSliceCount: 1 },
      devices: [{ name: 'a' }],
    },
    change: { spec: { devices: [{ name: 'b' }] } },
  }),
  specimen('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', {
    cluster: true,
    value: 10,
    change: { description: 'changed' },
  }),
  specimen(storage, 'CSIDriver', 'csidrivers', {
    cluster: true,
    name: 'specimen.example.com',
    spec: { attachRequired: false },
  }),
  specimen(storage, 'CSINode', 'csinodes', {
    cluster: true,
    spec: { drivers: [{ name: 'specimen.example.com', nodeID: 'a' }] },
    change: { spec: { drivers: [] } },
  }),
  specimen(storage, 'CSIStorageCapacity', 'csistoragecapacities', {
    storageClassName: 'specimen',
    nodeTopology: { matchLabels: labels },
    capacity: '1Gi',
    change: { capacity: '2Gi' },
  }),
  specimen(storage, 'StorageClass', 'storageclasses', {
    cluster: true,
    provisioner: 'example.com/specimen',
    change: { allowVolumeExpansion: true },
  }),
  specimen(storage, 'VolumeAttachment', 'volumeattachments', {
    cluster: true,
    spec: { attacher: 'specimen.example.com', nodeName: 'specimen', source: { persistentVolumeName: 'p' } },
  }),
  specimen(storage, 'VolumeAttributesClass', 'volumeattributesclasses', {
    cluster: true,
    driverName: 'specimen.example.com',
    parameters: { a: 'b' },
  }),
];
