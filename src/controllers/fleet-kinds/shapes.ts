import * as rules from './rules.ts';
import {
  anything,
  atomic,
  atomicList,
  boolean,
  dateTime,
  int32,
  int64,
  integer,
  intOrString,
  list,
  listBy,
  mapOf,
  object,
  oneOf,
  range,
  ruled,
  type Schema,
  string,
  text,
  withDefault,
} from './schema.ts';

/** The versions in which fleet kinds are served. v1beta1 is stored. */
export type Version = 'v1' | 'v1beta1' | 'v1alpha1';

export const patterns = {
  quantity:
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
  reason: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
  qualified:
    '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
  rollout: '^((100|[0-9]{1,2})%|[0-9]+)$',
  percent: '^(100|[1-9][0-9]?)%$',
  stage: '^[a-z0-9]+$',
  wait: '^(?:(?:0|[1-9][0-9]*)(\\.[0-9]+)?(?:s|m|h))+$',
  waitOrZero: '^(?:0|(?:(?:0|[1-9][0-9]*)(\\.[0-9]+)?(?:s|m|h))+)$',
} as const;

/** At most this many entries in the lists of failed, drifted and differing resources. */
const resourceLists = { maxItems: 100 } as const;

export const condition: Schema = object({
  'lastTransitionTime*': dateTime,
  'message*': text({ maxLength: 32768 }),
  observedGeneration: range(int64, 0),
  'reason*': text({ minLength: 1, maxLength: 1024, pattern: patterns.reason }),
  'status*': oneOf('True', 'False', 'Unknown'),
  'type*': text({ maxLength: 316, pattern: patterns.qualified }),
});
export const conditions: Schema = listBy('type', condition);

export const labelSelector: Schema = atomic(
  object({
    matchExpressions: atomicList(object({ 'key*': string, 'operator*': string, values: atomicList(string) })),
    matchLabels: mapOf(string),
  }),
);
const quantity: Schema = intOrString(patterns.quantity);
export const propertyValue: Schema = object({ 'observationTime*': dateTime, 'value*': string });
export const resourceUsage: Schema = object({
  allocatable: mapOf(quantity),
  available: mapOf(quantity),
  capacity: mapOf(quantity),
  observationTime: dateTime,
});
export const agentStatus: Schema = object({ conditions, lastReceivedHeartbeat: dateTime, 'type*': string });
export const namespacedName: Schema = object({ 'name*': string, 'namespace*': string });

const clusterSelectorTerm: Schema = object({
  labelSelector,
  propertySelector: object({
    'matchExpressions*': list(
      object({ 'name*': string, 'operator*': string, 'values*': list(string, { maxItems: 1 }) }),
    ),
  }),
  propertySorter: object({ 'name*': string, 'sortOrder*': oneOf('Ascending', 'Descending') }),
});
const clusterSelectorTerms = list(clusterSelectorTerm, { maxItems: 10 });

export const resourceSelectorTerm: Schema = object({
  'group*': string,
  'kind*': string,
  labelSelector,
  name: string,
  selectionScope: withDefault(
    'NamespaceWithResources',
    oneOf('NamespaceOnly', 'NamespaceWithResources', 'NamespaceWithResourceSelectors'),
  ),
  'version*': string,
});

const topologySpreadConstraint: Schema = object({
  maxSkew: withDefault(1, range(int32, 1)),
  'topologyKey*': string,
  whenUnsatisfiable: withDefault('DoNotSchedule', oneOf('DoNotSchedule', 'ScheduleAnyway')),
});
const toleration: Schema = object({
  effect: oneOf('NoSchedule'),
  key: string,
  operator: withDefault('Equal', oneOf('Equal', 'Exists')),
  value: string,
});
export const placementPolicy: Schema = object({
  affinity: object({
    clusterAffinity: object({
      preferredDuringSchedulingIgnoredDuringExecution: list(
        object({ 'preference*': clusterSelectorTerm, 'weight*': range(int32, -100, 100) }),
      ),
      requiredDuringSchedulingIgnoredDuringExecution: object({
        'clusterSelectorTerms*': clusterSelectorTerms,
      }),
    }),
  }),
  clusterNames: list(string, { maxItems: 100 }),
  numberOfClusters: range(int32, 0),
  placementType: withDefault('PickAll', oneOf('PickAll', 'PickN', 'PickFixed')),
  tolerations: ruled(list(toleration, { maxItems: 100 }), ...rules.tolerations),
  topologySpreadConstraints: list(topologySpreadConstraint),
});

export const applyStrategy: Schema = object({
  allowCoOwnership: boolean,
  comparisonOption: withDefault('PartialComparison', oneOf('PartialComparison', 'FullComparison')),
  serverSideApplyConfig: object({ force: boolean }),
  type: withDefault('ClientSideApply', oneOf('ClientSideApply', 'ServerSideApply', 'ReportDiff')),
  whenToApply: withDefault('Always', oneOf('Always', 'IfNotDrifted')),
  whenToTakeOver: withDefault('Always', oneOf('Always', 'IfNoDiff', 'Never')),
});
export const reportBackStrategy: Schema = object({
  destination: oneOf('OriginalResource', 'WorkAPI'),
  'type*': withDefault('Disabled', oneOf('Disabled', 'Mirror')),
});

export function rolloutStrategy(version: Version): Schema {
  const isBeta = version === 'v1beta1';
  return object({
    applyStrategy,
    deleteStrategy: isBeta
      ? object({ propagationPolicy: withDefault('Delete', oneOf('Abandon', 'Delete')) })
      : undefined,
    reportBackStrategy: isBeta ? ruled(reportBackStrategy, rules.mirrorHasDestination) : undefined,
    rollingUpdate: object({
      maxSurge: withDefault('25%', intOrString(patterns.rollout)),
      maxUnavailable: withDefault('25%', intOrString(patterns.rollout)),
      unavailablePeriodSeconds: withDefault(60, range(integer, 0)),
    }),
    type: ruled(withDefault('RollingUpdate', oneOf('RollingUpdate', 'External')), rules.externalStays),
  });
}

function envelopeIdentifier(version: Version): Schema {
  const type =
    version === 'v1'
      ? oneOf('ClusterResourceEnvelope', 'ResourceEnvelope')
      : withDefault('ConfigMap', oneOf('ConfigMap', 'ClusterResourceEnvelope', 'ResourceEnvelope'));
  return object({ 'name*': string, namespace: string, type });
}

function resourceIdentifier(version: Version): Record<string, Schema> {
  return {
    envelope: envelopeIdentifier(version),
    group: string,
    'kind*': string,
    'name*': string,
    namespace: string,
    'version*': string,
  };
}

export const patchDetail: Schema = object({ 'path*': string, valueInHub: string, valueInMember: string });

/** The lists of failed, drifted and differing resources that bindings and placements show. */
export function resourceReports(version: Version): Record<string, Schema> {
  const identifier = resourceIdentifier(version);
  const failed = object({ ...identifier, 'condition*': condition });
  const drifted = object({
    ...identifier,
    'firstDriftedObservedTime*': dateTime,
    'observationTime*': dateTime,
    observedDrifts: list(patchDetail),
    'targetClusterObservedGeneration*': int64,
  });
  const diffed = object({
    ...identifier,
    'firstDiffedObservedTime*': dateTime,
    'observationTime*': dateTime,
    observedDiffs: list(patchDetail),
    targetClusterObservedGeneration: int64,
  });
  return {
    diffedPlacements: list(diffed, resourceLists),
    driftedPlacements: list(drifted, resourceLists),
    failedPlacements: list(failed, resourceLists),
  };
}

export function placementStatus(version: Version): Schema {
  const perCluster = object({
    applicableClusterResourceOverrides: list(string),
    applicableResourceOverrides: list(namespacedName),
    clusterName: string,
    conditions: list(condition),
    ...resourceReports(version),
    observedResourceIndex: string,
  });
  return object({
    conditions,
    observedResourceIndex: string,
    placementStatuses: list(perCluster),
    selectedResources: list(object(resourceIdentifier(version))),
  });
}

export const clusterDecision: Schema = object({
  'clusterName*': string,
  clusterScore: object({ affinityScore: int32, priorityScore: int32 }),
  'reason*': string,
  'selected*': boolean,
});

const placementReference: Schema = object({
  'name*': string,
  scope: withDefault('Cluster', oneOf('Cluster', 'Namespaced')),
});
const overrideRule: Schema = object({
  clusterSelector: object({ 'clusterSelectorTerms*': clusterSelectorTerms }),
  jsonPatchOverrides: list(
    object({ 'op*': oneOf('add', 'remove', 'replace'), 'path*': string, value: anything }),
    { minItems: 1, maxItems: 20 },
  ),
  overrideType: withDefault('JSONPatch', oneOf('JSONPatch', 'Delete')),
});
const overridePolicy: Schema = object({
  'overrideRules*': list(overrideRule, { minItems: 1, maxItems: 20 }),
});
const selectorCount = { minItems: 1, maxItems: 20 } as const;

export const clusterResourceOverrideSpec: Schema = object({
  'clusterResourceSelectors*': list(resourceSelectorTerm, selectorCount),
  placement: placementReference,
  'policy*': overridePolicy,
});
export const resourceOverrideSpec: Schema = object({
  placement: placementReference,
  'policy*': overridePolicy,
  'resourceSelectors*': list(
    object({ 'group*': string, 'kind*': string, 'name*': string, 'version*': string }),
    selectorCount,
  ),
});
