import { age, type Column, column, conditionPath, type FleetKind, wide } from './definition.ts';
import * as rules from './rules.ts';
import {
  bytes,
  dateTime,
  described,
  embedded,
  int64,
  integer,
  intOrString,
  list,
  mapOf,
  object,
  oneOf,
  range,
  raw,
  ruled,
  type Schema,
  string,
  text,
  withDefault,
} from './schema.ts';
import {
  applyStrategy,
  clusterDecision,
  condition,
  conditions,
  namespacedName,
  patchDetail,
  placementPolicy,
  placementStatus,
  reportBackStrategy,
  resourceReports,
  resourceSelectorTerm,
  rolloutStrategy,
  type Version,
} from './shapes.ts';

export const placementGroup = 'placement.kubernetes-fleet.io';
export const placementCategories = ['fleet', 'fleet-placement'];

const common = { group: placementGroup, categories: placementCategories } as const;

/** The same kind once for the whole hub and once for a namespace. */
interface Pair {
  readonly cluster: { readonly kind: string; readonly plural: string; readonly shortName: string };
  readonly namespaced: { readonly kind: string; readonly plural: string; readonly shortName: string };
  /** Versions of the namespaced one; the cluster-scoped one has both. */
  readonly namespacedVersions: readonly Version[];
}

function pairOf(
  pair: Pair,
  rest: Pick<FleetKind, 'description' | 'fields' | 'columns' | 'status'>,
): readonly FleetKind[] {
  return [
    { ...common, ...pair.cluster, scope: 'Cluster', versions: ['v1', 'v1beta1'], ...rest },
    { ...common, ...pair.namespaced, scope: 'Namespaced', versions: pair.namespacedVersions, ...rest },
  ];
}

function placementFields(version: Version, scope: FleetKind['scope']): Record<string, Schema> {
  const { placementSpec } = rules;
  const clusterRules = [placementSpec.oneNamespaceWhenAccessible, placementSpec.scopeIsImmutable];
  return {
    'spec*': ruled(
      object({
        policy: described(
          'Which clusters to pick; without it, all of them.',
          ruled(placementPolicy, ...rules.placementPolicy),
        ),
        'resourceSelectors*': described(
          'What to place.',
          ruled(list(resourceSelectorTerm, { minItems: 1, maxItems: 100 }), rules.nameOrLabels),
        ),
        revisionHistoryLimit: described(
          'How many old snapshots are kept.',
          withDefault(10, range({ type: 'integer', format: 'int32' }, 1, 1000)),
        ),
        statusReportingScope: withDefault(
          'ClusterScopeOnly',
          oneOf('ClusterScopeOnly', 'NamespaceAccessible'),
        ),
        strategy: described('How changes reach the picked clusters.', rolloutStrategy(version)),
      }),
      placementSpec.policyStays,
      ...(scope === 'Cluster' ? clusterRules : []),
      placementSpec.oneNamespaceWithSelectors,
      placementSpec.namespaceWithSelectorsByName,
      placementSpec.noOtherNamespace,
    ),
    status: described('How far the placement has come.', placementStatus(version)),
  };
}

function placementColumns(prefix: string): readonly Column[] {
  const of = (name: string, step: string) => [
    column(name, conditionPath(prefix + step)),
    column(`${name}-Gen`, conditionPath(prefix + step, 'observedGeneration')),
  ];
  return [
    column('Gen', '.metadata.generation'),
    wide(column('Type', '.spec.policy.placementType')),
    ...of('Scheduled', 'Scheduled'),
    ...of('Work-Synchronized', 'WorkSynchronized').map(wide),
    ...of('Available', 'Available'),
    age,
  ];
}

const placements: readonly FleetKind[] = [
  {
    ...common,
    kind: 'ClusterResourcePlacement',
    plural: 'clusterresourceplacements',
    shortName: 'crp',
    scope: 'Cluster',
    versions: ['v1', 'v1beta1'],
    status: 'subresource',
    description: 'Places cluster-scoped resources, namespaces with their content among them, onto members.',
    fields: (version) => placementFields(version, 'Cluster'),
    columns: () => placementColumns('ClusterResourcePlacement'),
  },
  {
    ...common,
    kind: 'ResourcePlacement',
    plural: 'resourceplacements',
    shortName: 'rp',
    scope: 'Namespaced',
    versions: ['v1', 'v1beta1'],
    status: 'subresource',
    description: 'Places resources of its own namespace onto members.',
    fields: (version) => placementFields(version, 'Namespaced'),
    columns: () => placementColumns('ResourcePlacement'),
  },
  {
    ...common,
    kind: 'ClusterResourcePlacementStatus',
    plural: 'clusterresourceplacementstatuses',
    shortName: 'crps',
    scope: 'Namespaced',
    versions: ['v1', 'v1beta1'],
    status: 'empty',
    description: 'A copy of the status of a placement, for those who can only read its namespace.',
    fields: (version) => ({ 'lastUpdatedTime*': dateTime, 'sourceStatus*': placementStatus(version) }),
    columns: () => [
      column('Resource-Index', '.sourceStatus.observedResourceIndex'),
      column('Last-Updated', '.lastUpdatedTime'),
      age,
    ],
  },
];

const bindings = pairOf(
  {
    cluster: { kind: 'ClusterResourceBinding', plural: 'clusterresourcebindings', shortName: 'crb' },
    namespaced: { kind: 'ResourceBinding', plural: 'resourcebindings', shortName: 'rb' },
    namespacedVersions: ['v1beta1'],
  },
  {
    status: 'subresource',
    description: 'Ties a placement to one picked cluster.',
    fields: (version) => ({
      'spec*': object({
        applyStrategy,
        'clusterDecision*': clusterDecision,
        clusterResourceOverrideSnapshots: list(string),
        resourceOverrideSnapshots: list(namespacedName),
        'resourceSnapshotName*': string,
        'schedulingPolicySnapshotName*': string,
        'state*': string,
        'targetCluster*': string,
      }),
      status: object({ conditions, ...resourceReports(version) }),
    }),
    columns: () => [
      column('WorkSynchronized', conditionPath('WorkSynchronized')),
      column('ResourcesApplied', conditionPath('Applied')),
      wide(column('ResourceAvailable', conditionPath('Available'))),
      age,
    ],
  },
);

const generationAndAge = () => [column('Gen', '.metadata.generation'), age];

const resourceSnapshots = pairOf(
  {
    cluster: { kind: 'ClusterResourceSnapshot', plural: 'clusterresourcesnapshots', shortName: 'crs' },
    namespaced: { kind: 'ResourceSnapshot', plural: 'resourcesnapshots', shortName: 'rs' },
    namespacedVersions: ['v1beta1'],
  },
  {
    status: 'subresource',
    description: 'The selected resources of a placement as they were at one moment.',
    fields: () => ({
      'spec*': object({ 'selectedResources*': list(embedded) }),
      status: object({ conditions }),
    }),
    columns: generationAndAge,
  },
);

const policySnapshots = pairOf(
  {
    cluster: {
      kind: 'ClusterSchedulingPolicySnapshot',
      plural: 'clusterschedulingpolicysnapshots',
      shortName: 'csps',
    },
    namespaced: { kind: 'SchedulingPolicySnapshot', plural: 'schedulingpolicysnapshots', shortName: 'sps' },
    namespacedVersions: ['v1beta1'],
  },
  {
    status: 'subresource',
    description: 'The policy of a placement as it was at one moment, and the clusters picked by it.',
    fields: () => ({
      'spec*': object({ policy: placementPolicy, 'policyHash*': bytes }),
      status: object({
        conditions,
        'observedCRPGeneration*': int64,
        targetClusters: list(clusterDecision, { maxItems: 1000 }),
      }),
    }),
    columns: generationAndAge,
  },
);

function manifestCondition(version: Version): Schema {
  return object({
    backReportedStatus:
      version === 'v1beta1' ? object({ 'observationTime*': dateTime, observedStatus: embedded }) : undefined,
    'conditions*': list(condition),
    diffDetails: object({
      'firstDiffedObservedTime*': dateTime,
      'observationTime*': dateTime,
      observedDiffs: list(patchDetail),
      observedInMemberClusterGeneration: int64,
    }),
    driftDetails: object({
      'firstDriftedObservedTime*': dateTime,
      'observationTime*': dateTime,
      observedDrifts: list(patchDetail),
      'observedInMemberClusterGeneration*': int64,
    }),
    'identifier*': object({
      group: string,
      kind: string,
      name: string,
      namespace: string,
      'ordinal*': integer,
      resource: string,
      version: string,
    }),
  });
}

const works: readonly FleetKind[] = [
  {
    ...common,
    kind: 'Work',
    plural: 'works',
    scope: 'Namespaced',
    versions: ['v1', 'v1beta1'],
    status: 'subresource',
    description: 'Manifests for one member, and what became of them there.',
    fields: (version) => ({
      spec: object({
        applyStrategy,
        reportBackStrategy: version === 'v1beta1' ? reportBackStrategy : undefined,
        workload: object({ manifests: list(embedded) }),
      }),
      status: object({
        'conditions*': list(condition),
        manifestConditions: list(manifestCondition(version)),
      }),
    }),
  },
  {
    ...common,
    kind: 'AppliedWork',
    plural: 'appliedworks',
    scope: 'Cluster',
    versions: ['v1', 'v1beta1'],
    status: 'subresource',
    description: 'Stands on a member for a Work of the hub and owns what was applied for it.',
    fields: () => ({
      'spec*': object({ 'workName*': string, 'workNamespace*': string }),
      status: object({
        appliedResources: list(
          object({
            group: string,
            kind: string,
            name: string,
            namespace: string,
            'ordinal*': integer,
            resource: string,
            uid: string,
            version: string,
          }),
        ),
      }),
    }),
  },
];

const disruption: readonly FleetKind[] = [
  {
    ...common,
    kind: 'ClusterResourcePlacementEviction',
    plural: 'clusterresourceplacementevictions',
    shortName: 'crpe',
    scope: 'Cluster',
    versions: ['v1alpha1', 'v1beta1'],
    status: 'subresource',
    description: 'Asks once to take a placement off a cluster.',
    fields: () => ({
      'spec*': object({
        'clusterName*': ruled(text({ maxLength: 255 }), rules.clusterNameIsImmutable),
        'placementName*': ruled(text({ maxLength: 255 }), rules.placementNameIsImmutable),
      }),
      status: object({ conditions: list(condition) }),
    }),
    columns: (version) =>
      version === 'v1beta1'
        ? [column('Valid', conditionPath('Valid')), column('Executed', conditionPath('Executed'))]
        : [],
  },
  {
    ...common,
    kind: 'ClusterResourcePlacementDisruptionBudget',
    plural: 'clusterresourceplacementdisruptionbudgets',
    shortName: 'crpdb',
    scope: 'Cluster',
    versions: ['v1alpha1', 'v1beta1'],
    description: 'Limits how many clusters evictions may take from a placement at a time.',
    fields: () => ({
      'spec*': ruled(
        object({
          maxUnavailable: ruled(intOrString(), rules.budgetValue),
          minAvailable: ruled(intOrString(), rules.budgetValue),
        }),
        rules.oneBudget,
      ),
    }),
  },
];

const envelopes: readonly FleetKind[] = (['Cluster', 'Namespaced'] as const).map((scope) => ({
  ...common,
  kind: scope === 'Cluster' ? 'ClusterResourceEnvelope' : 'ResourceEnvelope',
  plural: scope === 'Cluster' ? 'clusterresourceenvelopes' : 'resourceenvelopes',
  scope,
  versions: ['v1beta1'],
  description: 'Carries manifests to members that must not take effect on the hub.',
  fields: () => ({ 'data*': mapOf(raw, { minProperties: 1, maxProperties: 50 }) }),
}));

export const placementKinds: readonly FleetKind[] = [
  ...placements,
  ...bindings,
  ...resourceSnapshots,
  ...policySnapshots,
  ...works,
  ...disruption,
  ...envelopes,
];
