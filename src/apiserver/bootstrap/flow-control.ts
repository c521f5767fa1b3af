import { type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import { mandatoryFlowSchemas, mandatoryPriorityLevels } from '../../kinds/index.ts';

export const flowControlGroup = 'flowcontrol.apiserver.k8s.io';
/** `true`: the spec follows what the server suggests; what its administrators chose says `false`. */
export const autoUpdateAnnotation = 'apf.kubernetes.io/autoupdate-spec';
/** The field managers under which the real server writes these objects, and says of schemas whether they lead somewhere. */
export const configurationProducer = 'api-priority-and-fairness-config-producer-v1';
export const configurationConsumer = 'api-priority-and-fairness-config-consumer-v1';

/** A FlowSchema or PriorityLevelConfiguration that every cluster is given. */
export interface FirstConfiguration {
  readonly kind: 'FlowSchema' | 'PriorityLevelConfiguration';
  readonly name: string;
  readonly spec: JsonObject;
  /** Its spec is put back whatever its annotation says. */
  readonly isMandatory: boolean;
}

function limited(
  shares: number,
  lendablePercent: number,
  [queues, handSize]: readonly [queues: number, handSize: number],
): JsonObject {
  return {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
      lendablePercent,
    },
  };
}

const suggestedLevels: Readonly<Record<string, JsonObject>> = {
  system: limited(30, 33, [64, 6]),
  'node-high': limited(40, 25, [64, 6]),
  'leader-election': limited(10, 0, [16, 4]),
  'workload-high': limited(40, 50, [128, 6]),
  'workload-low': limited(100, 90, [128, 6]),
  'global-default': limited(20, 50, [128, 6]),
};

const group = (name: string): JsonObject => ({ kind: 'Group', group: { name } });
const user = (name: string): JsonObject => ({ kind: 'User', user: { name } });
const kubeSystemAccounts: JsonObject = {
  kind: 'ServiceAccount',
  serviceAccount: { namespace: 'kube-system', name: '*' },
};
const everybody = [group('system:unauthenticated'), group('system:authenticated')];

const anyResource: JsonObject = {
  verbs: ['*'],
  apiGroups: ['*'],
  resources: ['*'],
  clusterScope: true,
  namespaces: ['*'],
};
const anything: JsonObject = {
  resourceRules: [anyResource],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};

function leases(verbs: readonly string[]): JsonObject {
  return { verbs: [...verbs], apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['*'] };
}

interface Suggested {
  readonly level: string;
  readonly precedence: number;
  readonly by?: 'ByUser' | 'ByNamespace';
  readonly subjects: readonly JsonObject[];
  /** Default: whatever they ask for. */
  readonly rules?: JsonObject;
}

const suggestedSchemas: Readonly<Record<string, Suggested>> = {
  'system-nodes': { level: 'system', precedence: 500, by: 'ByUser', subjects: [group('system:nodes')] },
  'system-node-high': {
    level: 'node-high',
    precedence: 400,
    by: 'ByUser',
    subjects: [group('system:nodes')],
    rules: {
      resourceRules: [
        { ...anyResource, apiGroups: [''], resources: ['nodes', 'nodes/status'] },
        leases(['*']),
      ],
    },
  },
  probes: {
    level: 'exempt',
    precedence: 2,
    subjects: everybody,
    rules: { nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }] },
  },
  'system-leader-election': {
    level: 'leader-election',
    precedence: 100,
    by: 'ByUser',
    subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), kubeSystemAccounts],
    rules: { resourceRules: [leases(['get', 'create', 'update'])] },
  },
  'kube-controller-manager': {
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    subjects: [user('system:kube-controller-manager')],
  },
  'kube-scheduler': {
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    subjects: [user('system:kube-scheduler')],
  },
  'kube-system-service-accounts': {
    level: 'workload-high',
    precedence: 900,
    by: 'ByNamespace',
    subjects: [kubeSystemAccounts],
  },
  'service-accounts': {
    level: 'workload-low',
    precedence: 9_000,
    by: 'ByUser',
    subjects: [group('system:serviceaccounts')],
  },
  'global-default': { level: 'global-default', precedence: 9_900, by: 'ByUser', subjects: everybody },
};

function suggestedSpec({ level, precedence, by, subjects, rules }: Suggested): JsonObject {
  return {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence: precedence,
    ...(by === undefined ? {} : { distinguisherMethod: { type: by } }),
    rules: [{ subjects: [...subjects], ...(rules ?? anything) }],
  };
}

function configurations(
  kind: FirstConfiguration['kind'],
  specs: Iterable<readonly [string, JsonObject]>,
  isMandatory: boolean,
): FirstConfiguration[] {
  return [...specs].map(([name, spec]) => ({ kind, name, spec, isMandatory }));
}

/** All of them, levels before the schemas that lead to them. */
export const firstConfigurations: readonly FirstConfiguration[] = [
  ...configurations('PriorityLevelConfiguration', Object.entries(suggestedLevels), false),
  ...configurations('PriorityLevelConfiguration', mandatoryPriorityLevels, true),
  ...configurations(
    'FlowSchema',
    Object.entries(suggestedSchemas).map(([name, schema]) => [name, suggestedSpec(schema)] as const),
    false,
  ),
  ...configurations('FlowSchema', mandatoryFlowSchemas, true),
];

/** The object that a cluster without it is given. */
export function configurationObject({ kind, name, spec }: FirstConfiguration): JsonObject {
  return {
    kind,
    apiVersion: `${flowControlGroup}/v1`,
    metadata: { name, generation: 1, annotations: { [autoUpdateAnnotation]: 'true' } },
    spec,
    status: {},
  };
}

/** What a schema's status says of the level that it names. */
export function danglingCondition(level: string, exists: boolean): JsonObject {
  const object = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
  return exists
    ? { type: 'Dangling', status: 'False', reason: 'Found', message: `${object} and it exists` }
    : {
        type: 'Dangling',
        status: 'True',
        reason: 'NotFound',
        message: `${object} but there is no such object`,
      };
}

/** They come as they are once everything is settled: each schema leads to a level. */
export function flowControlObjects(nowMs: number): JsonObject[] {
  const time = rfc3339Seconds(nowMs);
  return firstConfigurations.map((configuration) => {
    const object = configurationObject(configuration);
    if (configuration.kind === 'PriorityLevelConfiguration') return object;
    return {
      ...object,
      status: { conditions: [{ ...conditionOf(configuration), lastTransitionTime: time }] },
    };
  });
}

function conditionOf({ spec }: FirstConfiguration): JsonObject {
  const level = spec['priorityLevelConfiguration'];
  return danglingCondition(level instanceof Object && 'name' in level ? String(level['name']) : '', true);
}
