import type { JsonObject } from '../../src/base/index.ts';
import type { Specimen } from '../../test/apiserver/every-kind.ts';
import { any, flag, list, listMap, map, number, object, set, text } from './definition-words.ts';

/** A definition of the shape that operators in use have, and a valid object for each version that it serves. */
export interface CustomKind {
  readonly definition: JsonObject;
  /** A path that answers once the definition is served. */
  readonly probe: string;
  readonly specimens: readonly { readonly specimen: Specimen; readonly schema: JsonObject }[];
}

interface Description {
  readonly kind: string;
  readonly plural: string;
  readonly group: string;
  readonly versions?: readonly string[];
  readonly cluster?: boolean;
  readonly spec: JsonObject;
  readonly status?: JsonObject;
  readonly valid: JsonObject;
  readonly change: JsonObject;
  readonly more?: JsonObject;
  readonly names?: JsonObject;
}

const condition = object(
  {
    type: text({ pattern: '^[A-Za-z][A-Za-z0-9]*$', maxLength: 316 }),
    status: text({ enum: ['True', 'False', 'Unknown'] }),
    reason: text({ minLength: 1 }),
    message: text({ maxLength: 32768 }),
    observedGeneration: number({ format: 'int64', minimum: 0 }),
    lastTransitionTime: text({ format: 'date-time' }),
  },
  ['type', 'status'],
);
const conditions = {
  conditions: listMap(condition, 'type'),
  observedGeneration: number({ format: 'int64' }),
};
const reference = object({ name: text({ minLength: 1 }), kind: text(), group: text() }, ['name']);
const secretKey = object({ name: text({ default: '' }), key: text(), optional: flag() }, ['key'], {
  'x-kubernetes-map-type': 'atomic',
});
const amount: JsonObject = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
  pattern:
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
};
const selector = object({
  matchLabels: map(text()),
  matchExpressions: list(
    object({ key: text(), operator: text(), values: list(text(), { 'x-kubernetes-list-type': 'atomic' }) }, [
      'key',
      'operator',
    ]),
  ),
});
const rule = (expression: string, message: string, more: JsonObject = {}): JsonObject => ({
  'x-kubernetes-validations': [{ rule: expression, message, ...more }],
});
const column = (name: string, type: string, jsonPath: string, more: JsonObject = {}): JsonObject => ({
  name,
  type,
  jsonPath,
  ...more,
});
const columns = (...each: JsonObject[]): JsonObject => ({ additionalPrinterColumns: each });
const age = column('Age', 'date', '.metadata.creationTimestamp');
const ready = column('Ready', 'string', '.status.conditions[?(@.type=="Ready")].status');

const descriptions: readonly Description[] = [
  {
    kind: 'Certificate',
    plural: 'certificates',
    group: 'certs.example.com',
    names: { shortNames: ['crt'], categories: ['certs'] },
    spec: object(
      {
        secretName: text(),
        commonName: text({ maxLength: 64 }),
        dnsNames: list(text(), { 'x-kubernetes-list-type': 'atomic' }),
        duration: text({ format: 'duration' }),
        isCA: flag(),
        issuerRef: reference,
        usages: list(text({ enum: ['signing', 'server auth', 'client auth', 'digital signature'] })),
        privateKey: object({
          algorithm: text({ enum: ['RSA', 'ECDSA', 'Ed25519'] }),
          size: number({ minimum: 0, maximum: 8192 }),
          rotationPolicy: text({ default: 'Always', enum: ['Never', 'Always'] }),
        }),
      },
      ['issuerRef', 'secretName'],
    ),
    status: object({ ...conditions, notAfter: text({ format: 'date-time' }), revision: number() }),
    valid: { secretName: 's', issuerRef: { name: 'i' }, dnsNames: ['a.example.com'], privateKey: {} },
    change: { dnsNames: ['b.example.com'], isCA: true },
    more: columns(ready, column('Secret', 'string', '.spec.secretName'), age),
  },
  {
    kind: 'Issuer',
    plural: 'issuers',
    group: 'certs.example.com',
    spec: object({
      acme: object({ server: text(), email: text({ format: 'email' }), privateKeySecretRef: secretKey }, [
        'server',
      ]),
      ca: object({ secretName: text() }, ['secretName']),
      selfSigned: object({}),
    }),
    status: object(conditions),
    valid: { ca: { secretName: 's' } },
    change: { ca: null, selfSigned: {} },
    more: columns(ready, age),
  },
  {
    kind: 'Application',
    plural: 'applications',
    group: 'delivery.example.com',
    versions: ['v1alpha1'],
    names: { shortNames: ['app', 'apps'] },
    spec: object(
      {
        project: text(),
        destination: object({ server: text(), namespace: text(), name: text() }),
        source: object({
          repoURL: text(),
          path: text(),
          targetRevision: text({ default: 'HEAD' }),
          helm: object({
            values: text(),
            valuesObject: any(),
            parameters: list(object({ name: text(), value: text() })),
          }),
        }),
        syncPolicy: object({
          automated: object({ prune: flag(), selfHeal: flag() }),
          syncOptions: list(text()),
          retry: object({
            limit: number({ format: 'int64' }),
            backoff: object({ duration: text(), factor: number() }),
          }),
        }),
        ignoreDifferences: list(
          object({ group: text(), kind: text(), jsonPointers: list(text()) }, ['kind']),
        ),
      },
      ['destination', 'project'],
    ),
    status: any(),
    valid: {
      project: 'default',
      destination: { server: 'https://a', namespace: 'b' },
      source: { repoURL: 'https://r', helm: { valuesObject: { a: [1, { b: null }] } } },
    },
    change: { syncPolicy: { automated: { prune: true }, syncOptions: ['A=true'] } },
    more: columns(
      column('Sync', 'string', '.status.sync.status'),
      column('Revision', 'string', '.spec.source.targetRevision', { priority: 10 }),
    ),
  },
  {
    kind: 'ServiceMonitor',
    plural: 'servicemonitors',
    group: 'monitoring.example.com',
    spec: object(
      {
        selector,
        namespaceSelector: object({ any: flag(), matchNames: list(text()) }),
        endpoints: list(
          object({
            port: text(),
            targetPort: {
              anyOf: [{ type: 'integer' }, { type: 'string' }],
              'x-kubernetes-int-or-string': true,
            },
            interval: text({
              pattern:
                '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$',
            }),
            scheme: text({ enum: ['http', 'https'] }),
            params: map(list(text())),
          }),
        ),
        sampleLimit: number({ format: 'int64' }),
      },
      ['endpoints', 'selector'],
    ),
    valid: {
      selector: { matchLabels: { a: 'b' } },
      endpoints: [{ port: 'web', interval: '30s', targetPort: 80 }],
    },
    change: { sampleLimit: 10, endpoints: [{ port: 'web', targetPort: 'http' }] },
  },
  {
    kind: 'AlertRule',
    plural: 'alertrules',
    group: 'monitoring.example.com',
    spec: object({
      groups: listMap(
        object(
          {
            name: text({ minLength: 1 }),
            interval: text(),
            rules: list(
              object(
                {
                  alert: text(),
                  expr: {
                    anyOf: [{ type: 'integer' }, { type: 'string' }],
                    'x-kubernetes-int-or-string': true,
                  },
                  for: text(),
                  labels: map(text()),
                },
                ['expr'],
              ),
            ),
          },
          ['name'],
        ),
        'name',
      ),
    }),
    valid: {
      groups: [{ name: 'a', rules: [{ alert: 'A', expr: 'up == 0', labels: { severity: 'page' } }] }],
    },
    change: { groups: [{ name: 'a', rules: [{ expr: 1 }] }, { name: 'b' }] },
  },
  {
    kind: 'EdgeGateway',
    plural: 'edgegateways',
    group: 'edge.example.com',
    versions: ['v1', 'v1beta1'],
    spec: object(
      {
        gatewayClassName: text({ minLength: 1, maxLength: 253 }),
        listeners: listMap(
          object(
            {
              name: text({ maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' }),
              hostname: text({ maxLength: 253 }),
              port: number({ format: 'int32', minimum: 1, maximum: 65535 }),
              protocol: text({ enum: ['HTTP', 'HTTPS', 'TLS', 'TCP', 'UDP'] }),
              tls: object({
                mode: text({ default: 'Terminate', enum: ['Terminate', 'Passthrough'] }),
                certificateRefs: list(reference, { maxItems: 4 }),
              }),
            },
            ['name', 'port', 'protocol'],
          ),
          'name',
          {
            minItems: 1,
            maxItems: 8,
            ...rule(
              "self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)",
              "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
            ),
          },
        ),
        addresses: list(
          object({ type: text({ default: 'IPAddress' }), value: text({ maxLength: 253 }) }, ['value']),
          { maxItems: 16 },
        ),
      },
      ['gatewayClassName', 'listeners'],
    ),
    status: object(conditions),
    valid: { gatewayClassName: 'c', listeners: [{ name: 'a', port: 80, protocol: 'HTTP' }] },
    change: { listeners: [{ name: 'a', port: 443, protocol: 'HTTPS', tls: {} }] },
    more: columns(
      column('Class', 'string', '.spec.gatewayClassName'),
      column('Programmed', 'string', '.status.conditions[?(@.type=="Programmed")].status'),
      age,
    ),
  },
  {
    kind: 'EdgeRoute',
    plural: 'edgeroutes',
    group: 'edge.example.com',
    spec: object({
      hostnames: list(
        text({
          minLength: 1,
          maxLength: 253,
          pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
        }),
        { maxItems: 16 },
      ),
      parentRefs: list(reference, { 'x-kubernetes-list-type': 'atomic', maxItems: 32 }),
      rules: list(
        object({
          matches: list(
            object({
              path: object(
                {
                  type: text({ default: 'PathPrefix', enum: ['Exact', 'PathPrefix'] }),
                  value: text({ default: '/', maxLength: 1024 }),
                },
                [],
                {
                  default: { type: 'PathPrefix', value: '/' },
                  ...rule("self.value.startsWith('/')", 'value must be absolute', {
                    fieldPath: '.value',
                    reason: 'FieldValueInvalid',
                  }),
                },
              ),
            }),
            { default: [{ path: { type: 'PathPrefix', value: '/' } }], maxItems: 8 },
          ),
          backendRefs: list(
            object(
              {
                name: text(),
                port: number({ format: 'int32', minimum: 1, maximum: 65535 }),
                weight: number({ default: 1, format: 'int32', minimum: 0, maximum: 1000000 }),
              },
              ['name'],
            ),
            { maxItems: 16 },
          ),
        }),
        { maxItems: 16, default: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }] },
      ),
    }),
    status: object({
      parents: list(object({ controllerName: text(), ...conditions }), {
        'x-kubernetes-list-type': 'atomic',
      }),
    }),
    valid: { hostnames: ['a.example.com'], rules: [{ backendRefs: [{ name: 's', port: 80 }] }] },
    change: { hostnames: ['*.example.com'] },
    more: columns(column('Hostnames', 'string', '.spec.hostnames'), age),
  },
  {
    kind: 'MeshService',
    plural: 'meshservices',
    group: 'mesh.example.com',
    spec: object(
      {
        hosts: list(text()),
        http: list(
          object({
            name: text(),
            timeout: text({
              ...rule("duration(self) >= duration('1ms')", 'must be a valid duration greater than 1ms'),
            }),
            weight: number({ format: 'int32' }),
            headers: object({ request: object({ set: map(text()) }) }),
          }),
        ),
        exportTo: set(text()),
      },
      [],
      {
        oneOf: [{ required: ['hosts'] }, { required: ['exportTo'] }],
        'x-kubernetes-preserve-unknown-fields': true,
      },
    ),
    valid: { hosts: ['a'], http: [{ name: 'x', timeout: '5s' }], extra: { kept: true } },
    change: { http: [{ name: 'y' }] },
  },
  {
    kind: 'KafkaTopic',
    plural: 'kafkatopics',
    group: 'kafka.example.com',
    versions: ['v1beta2'],
    names: { shortNames: ['kt'], categories: ['brokers'] },
    spec: object({
      partitions: number({ minimum: 1 }),
      replicas: number({ minimum: 1, maximum: 32767 }),
      config: any(),
      topicName: text(),
    }),
    status: object({ topicId: text(), ...conditions }),
    valid: { partitions: 3, replicas: 1, config: { 'retention.ms': 7200000 } },
    change: { partitions: 6 },
    more: columns(
      column('Partitions', 'integer', '.spec.partitions'),
      column('Replication', 'integer', '.spec.replicas'),
      ready,
    ),
  },
  {
    kind: 'ScaledJob',
    plural: 'scaledjobs',
    group: 'scaling.example.com',
    spec: object(
      {
        replicas: number({ format: 'int32', minimum: 0 }),
        minReplicaCount: number({ format: 'int32' }),
        maxReplicaCount: number({ format: 'int32', default: 100 }),
        scaleTargetRef: reference,
        triggers: list(object({ type: text(), metadata: map(text()), name: text() }, ['type', 'metadata'])),
      },
      ['triggers'],
      rule(
        '!has(self.minReplicaCount) || self.minReplicaCount <= self.maxReplicaCount',
        'min must not exceed max',
      ),
    ),
    status: object({ replicas: number({ format: 'int32' }), labelSelector: text(), ...conditions }),
    valid: { replicas: 1, triggers: [{ type: 'cron', metadata: { a: 'b' } }] },
    change: { replicas: 2 },
    more: {
      subresources: {
        status: {},
        scale: {
          specReplicasPath: '.spec.replicas',
          statusReplicasPath: '.status.replicas',
          labelSelectorPath: '.status.labelSelector',
        },
      },
      ...columns(column('Min', 'integer', '.spec.minReplicaCount'), age),
    },
  },
  {
    kind: 'NodePool',
    plural: 'nodepools',
    group: 'nodes.example.com',
    cluster: true,
    spec: object(
      {
        limits: map(amount),
        weight: number({ format: 'int32', minimum: 1, maximum: 100 }),
        disruption: object(
          {
            consolidateAfter: text({ pattern: '^(([0-9]+(s|m|h))+|Never)$' }),
            budgets: list(
              object({ nodes: text({ default: '10%', pattern: '^((100|[0-9]{1,2})%|[0-9]+)$' }) }, ['nodes']),
              { maxItems: 50, default: [{ nodes: '10%' }] },
            ),
          },
          ['consolidateAfter'],
          { default: { consolidateAfter: '0s' } },
        ),
        template: object({
          metadata: object({ labels: map(text({ maxLength: 63 }), { maxProperties: 100 }) }),
          spec: object({
            taints: list(
              object(
                {
                  key: text({ minLength: 1 }),
                  effect: text({ enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] }),
                },
                ['effect', 'key'],
              ),
            ),
          }),
        }),
      },
      ['template'],
    ),
    status: object({ resources: map(amount), ...conditions }),
    valid: {
      limits: { cpu: '10', memory: '1Gi' },
      template: { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } },
    },
    change: { weight: 5, limits: { cpu: 20 } },
    more: columns(
      column('Weight', 'integer', '.spec.weight', { priority: 1 }),
      column('CPU', 'string', '.spec.limits.cpu'),
      age,
    ),
  },
  {
    kind: 'HelmRelease',
    plural: 'helmreleases',
    group: 'releases.example.com',
    versions: ['v2'],
    names: { shortNames: ['hr'] },
    spec: object(
      {
        interval: text({ pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' }),
        suspend: flag(),
        chart: object(
          {
            spec: object(
              { chart: text({ minLength: 1 }), version: text({ default: '*' }), sourceRef: reference },
              ['chart', 'sourceRef'],
            ),
          },
          ['spec'],
        ),
        values: any(),
        install: object({
          crds: text({ enum: ['Skip', 'Create', 'CreateReplace'] }),
          remediation: object({ retries: number() }),
        }),
      },
      ['interval'],
    ),
    status: object({ ...conditions, failures: number({ format: 'int64' }) }),
    valid: {
      interval: '5m',
      chart: { spec: { chart: 'c', sourceRef: { kind: 'R', name: 'r' } } },
      values: { image: { tag: '1' } },
    },
    change: { values: { image: { tag: '2' }, list: [1] } },
    more: { ...columns(age, ready), selectableFields: [{ jsonPath: '.spec.interval' }] },
  },
  {
    kind: 'Overlay',
    plural: 'overlays',
    group: 'releases.example.com',
    spec: object(
      {
        path: text(),
        prune: flag(),
        patches: list(object({ patch: text(), target: object({ kind: text() }) }, ['patch'])),
        images: listMap(object({ name: text(), newTag: text() }, ['name']), 'name'),
        force: flag({ default: false }),
      },
      ['prune'],
    ),
    valid: { prune: true, images: [{ name: 'a', newTag: '1' }] },
    change: { images: [{ name: 'a', newTag: '2' }, { name: 'b' }] },
  },
  {
    kind: 'ExternalSecret',
    plural: 'externalsecrets',
    group: 'secrets.example.com',
    spec: object({
      refreshInterval: text({ default: '1h0m0s' }),
      refreshPolicy: text({ enum: ['CreatedOnce', 'Periodic', 'OnChange'] }),
      secretStoreRef: object({
        name: text({
          maxLength: 253,
          minLength: 1,
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
        }),
        kind: text({ enum: ['SecretStore', 'ClusterSecretStore'] }),
      }),
      target: object(
        {
          creationPolicy: text({ default: 'Owner', enum: ['Owner', 'Orphan', 'Merge', 'None'] }),
          template: object({ data: map(text()), engineVersion: text({ default: 'v2', enum: ['v2'] }) }),
        },
        [],
        { default: { creationPolicy: 'Owner' } },
      ),
      data: list(
        object(
          {
            secretKey: text({ maxLength: 253, pattern: '^[-._a-zA-Z0-9]+$' }),
            remoteRef: object({ key: text(), version: text() }, ['key']),
          },
          ['remoteRef', 'secretKey'],
        ),
      ),
    }),
    status: object(conditions),
    valid: {
      secretStoreRef: { name: 's', kind: 'SecretStore' },
      data: [{ secretKey: 'k', remoteRef: { key: 'r' } }],
    },
    change: { refreshInterval: '2h' },
    more: columns(
      column('Store', 'string', '.spec.secretStoreRef.name'),
      column('Interval', 'string', '.spec.refreshInterval'),
    ),
  },
  {
    kind: 'Workflow',
    plural: 'workflows',
    group: 'flows.example.com',
    names: { shortNames: ['wf'] },
    spec: any(),
    status: any(),
    valid: { entrypoint: 'a', templates: [{ name: 'a', container: { image: 'b', args: [1, true, null] } }] },
    change: { entrypoint: 'b' },
    more: columns(
      column('Status', 'string', '.status.phase', { description: 'Status of the workflow' }),
      column('Started', 'date', '.status.startedAt'),
    ),
  },
  {
    kind: 'BackupPlan',
    plural: 'backupplans',
    group: 'backups.example.com',
    spec: object({
      schedule: text({ minLength: 9, ...rule('self == oldSelf', 'schedule cannot be changed') }),
      ttl: text({ nullable: true }),
      includedNamespaces: { ...set(text()), nullable: true },
      labelSelector: { ...selector, nullable: true },
      hooks: object({ resources: list(object({ name: text(), timeout: text() }, ['name'])) }),
      storage: object(
        { s3: object({ bucket: text() }, ['bucket']), disk: object({ path: text() }, ['path']) },
        [],
        rule('has(self.s3) != has(self.disk)', 'exactly one of s3 and disk'),
      ),
    }),
    status: object({
      phase: text({ enum: ['New', 'Enabled', 'Failed'] }),
      lastBackup: text({ format: 'date-time', nullable: true }),
    }),
    valid: {
      schedule: '0 0 * * *',
      ttl: null,
      includedNamespaces: ['a', 'b'],
      storage: { disk: { path: '/' } },
    },
    change: { storage: { disk: null, s3: { bucket: 'b' } } },
    more: columns(column('Status', 'string', '.status.phase'), column('Last', 'date', '.status.lastBackup')),
  },
  {
    kind: 'Machine',
    plural: 'machines',
    group: 'fleet.example.com',
    spec: object(
      {
        clusterName: text({ minLength: 1, maxLength: 63 }),
        providerID: text({ maxLength: 512, minLength: 1 }),
        version: text({ pattern: '^v?[0-9]+\\.[0-9]+\\.[0-9]+$' }),
        bootstrap: object({ dataSecretName: text({ minLength: 0 }), configRef: reference }, [], {
          minProperties: 1,
        }),
        failureDomains: map(object({ controlPlane: flag(), attributes: map(text()) })),
        readinessGates: listMap(
          object({ conditionType: text(), polarity: text({ enum: ['Positive', 'Negative'] }) }, [
            'conditionType',
          ]),
          'conditionType',
          { maxItems: 32 },
        ),
      },
      ['bootstrap', 'clusterName'],
      rule('!has(oldSelf.providerID) || has(self.providerID)', 'providerID cannot be removed'),
    ),
    status: object({
      ...conditions,
      addresses: list(object({ type: text(), address: text({ format: 'ipv4' }) }, ['type', 'address'])),
    }),
    valid: {
      clusterName: 'c',
      version: 'v1.2.3',
      bootstrap: { dataSecretName: 's' },
      failureDomains: { a: { controlPlane: true } },
    },
    change: { providerID: 'p', readinessGates: [{ conditionType: 'A' }] },
    more: columns(
      column('Cluster', 'string', '.spec.clusterName'),
      column('Version', 'string', '.spec.version'),
      column('ID', 'string', '.spec.providerID', { priority: 10, format: 'password' }),
    ),
  },
  {
    kind: 'RayCluster',
    plural: 'rayclusters',
    group: 'ray.example.com',
    spec: object({
      headGroupSpec: object({
        template: {
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
          type: 'object',
        },
        rayStartParams: map(text()),
      }),
      workerGroupSpecs: list(
        object(
          {
            groupName: text(),
            minReplicas: number({ format: 'int32', default: 0 }),
            maxReplicas: number({ format: 'int32', default: 2147483647 }),
            resources: map(amount),
          },
          ['groupName', 'minReplicas', 'maxReplicas'],
        ),
      ),
      suspend: flag(),
    }),
    status: object({ state: text(), desiredCPU: amount, head: object({ podIP: text() }) }),
    valid: {
      headGroupSpec: {
        template: { apiVersion: 'v1', kind: 'PodTemplate', metadata: { labels: { a: 'b' } }, template: {} },
      },
      workerGroupSpecs: [{ groupName: 'a', resources: { cpu: 1.5, memory: '2Gi' } }],
    },
    change: { suspend: true },
    more: columns(
      column('CPUs', 'string', '.status.desiredCPU'),
      column('Groups', 'string', '.spec.workerGroupSpecs[*].groupName'),
    ),
  },
  {
    kind: 'Snapshot',
    plural: 'snapshots',
    group: 'snapshots.example.com',
    versions: ['v1', 'v1alpha1'],
    spec: object(
      {
        source: object({ persistentVolumeClaimName: text(), snapshotContentName: text() }, [], {
          oneOf: [{ required: ['persistentVolumeClaimName'] }, { required: ['snapshotContentName'] }],
          ...rule(
            '!has(oldSelf.persistentVolumeClaimName) || has(self.persistentVolumeClaimName)',
            'required once set',
          ),
        }),
        className: text(rule('size(self) > 0', 'must not be the empty string when set')),
      },
      ['source'],
    ),
    status: object({
      readyToUse: flag(),
      restoreSize: text({ pattern: '^[0-9]+(Ki|Mi|Gi)?$' }),
      error: object({ time: text({ format: 'date-time' }), message: text() }),
    }),
    valid: { source: { persistentVolumeClaimName: 'p' } },
    change: { className: 'c' },
    more: columns(
      column('Ready', 'boolean', '.status.readyToUse'),
      column('Size', 'string', '.status.restoreSize'),
      age,
    ),
  },
  {
    kind: 'PolicySet',
    plural: 'policysets',
    group: 'policies.example.com',
    cluster: true,
    names: { shortNames: ['pset'], listKind: 'PolicySetEntries', singular: 'policyset' },
    spec: object({
      enforcement: text({ default: 'deny', enum: ['deny', 'warn', 'dryrun'] }),
      match: object({
        kinds: list(object({ apiGroups: list(text()), kinds: list(text()) })),
        excludedNamespaces: set(text({ pattern: '^(\\*|\\*-)?[a-z0-9]([-:a-z0-9]*[a-z0-9])?(\\*|-\\*)?$' })),
        scope: text(),
      }),
      parameters: any(),
      ratio: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1, multipleOf: 0.25 },
      digests: map(text({ format: 'byte' }), { maxProperties: 3 }),
      address: text({ format: 'cidr' }),
      when: text({ format: 'date' }),
    }),
    status: object({
      violations: list(object({ name: text() })),
      totalViolations: number({ format: 'int64' }),
    }),
    valid: { match: { excludedNamespaces: ['kube-*'] }, ratio: 0.5, parameters: { labels: ['a'] } },
    change: { enforcement: 'warn', ratio: 1 },
    more: columns(
      column('Enforcement', 'string', '.spec.enforcement'),
      column('Total', 'integer', '.status.totalViolations'),
      column('Ratio', 'number', '.spec.ratio'),
    ),
  },
];

/** Twenty definitions. */
export const customKinds: readonly CustomKind[] = descriptions.map(customKind);

function customKind(description: Description): CustomKind {
  const { kind, plural, group, cluster = false, versions = ['v1'], valid, change, names = {} } = description;
  const schema = object({
    apiVersion: text(),
    kind: text(),
    metadata: { type: 'object' },
    spec: description.spec,
    ...(description.status && { status: description.status }),
  });
  const definition: JsonObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: cluster ? 'Cluster' : 'Namespaced',
      names: { plural, kind, ...names },
      versions: versions.map((name, at) => ({
        name,
        served: true,
        storage: at === 0,
        schema: { openAPIV3Schema: schema },
        ...(description.status && { subresources: { status: {} } }),
        ...description.more,
      })),
    },
  };
  const specimens = versions.map((version) => ({
    schema,
    specimen: {
      resource: plural,
      namespaced: !cluster,
      object: { apiVersion: `${group}/${version}`, kind, metadata: { name: 'specimen' }, spec: valid },
      change: { spec: change },
    },
  }));
  return { definition, specimens, probe: `/apis/${group}/${versions.at(-1)}/${plural}` };
}
