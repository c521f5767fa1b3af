import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind, type Kind } from '../../apimachinery/kinds.ts';
import type { FullCondition, LabelSelector } from '../../apimachinery/meta.ts';
import type { Json, JsonObject } from '../../base/index.ts';

const version = 'placement.kubernetes-fleet.io/v1beta1';

export interface ResourceSelector extends JsonObject {
  group: string;
  version: string;
  kind: string;
  name?: string;
  labelSelector?: LabelSelector;
  selectionScope?: 'NamespaceOnly' | 'NamespaceWithResources' | 'NamespaceWithResourceSelectors';
}

export interface PropertyRequirement extends JsonObject {
  name: string;
  operator: string;
  values: string[];
}

export interface ClusterSelectorTerm extends JsonObject {
  labelSelector?: LabelSelector;
  propertySelector?: { matchExpressions: PropertyRequirement[] };
  propertySorter?: { name: string; sortOrder: string };
}

export interface PlacementToleration extends JsonObject {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

export interface TopologySpreadConstraint extends JsonObject {
  maxSkew?: number;
  topologyKey: string;
  whenUnsatisfiable?: string;
}

export interface PlacementPolicy extends JsonObject {
  placementType?: 'PickAll' | 'PickN' | 'PickFixed';
  clusterNames?: string[];
  numberOfClusters?: number;
  affinity?: {
    clusterAffinity?: {
      requiredDuringSchedulingIgnoredDuringExecution?: { clusterSelectorTerms: ClusterSelectorTerm[] };
      preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; preference: ClusterSelectorTerm }[];
    };
  };
  tolerations?: PlacementToleration[];
  topologySpreadConstraints?: TopologySpreadConstraint[];
}

export interface ApplyStrategy extends JsonObject {
  type?: 'ClientSideApply' | 'ServerSideApply' | 'ReportDiff';
  comparisonOption?: string;
  whenToApply?: string;
  whenToTakeOver?: string;
  allowCoOwnership?: boolean;
  serverSideApplyConfig?: { force?: boolean };
}

export interface RolloutStrategy extends JsonObject {
  type?: 'RollingUpdate' | 'External';
  applyStrategy?: ApplyStrategy;
  deleteStrategy?: { propagationPolicy?: 'Abandon' | 'Delete' };
  reportBackStrategy?: ReportBackStrategy;
  rollingUpdate?: {
    maxSurge?: number | string;
    maxUnavailable?: number | string;
    unavailablePeriodSeconds?: number;
  };
}

export interface ResourceIdentifier extends JsonObject {
  group?: string;
  version: string;
  kind: string;
  name: string;
  namespace?: string;
}

/** A resource that could not be applied, drifted or differs; which of the rest is there depends on the list. */
export interface ResourceReport extends ResourceIdentifier {
  condition?: FullCondition;
}

/** The lists of resources that are not as they should be. */
export interface ResourceReports extends JsonObject {
  failedPlacements?: ResourceReport[];
  driftedPlacements?: ResourceReport[];
  diffedPlacements?: ResourceReport[];
}

export interface NamespacedName extends JsonObject {
  name: string;
  namespace: string;
}

export interface PerClusterStatus extends ResourceReports {
  clusterName?: string;
  applicableClusterResourceOverrides?: string[];
  applicableResourceOverrides?: NamespacedName[];
  conditions?: FullCondition[];
  observedResourceIndex?: string;
}

export interface PlacementStatus extends JsonObject {
  conditions?: FullCondition[];
  observedResourceIndex?: string;
  placementStatuses?: PerClusterStatus[];
  selectedResources?: ResourceIdentifier[];
}

/** A ClusterResourcePlacement or a ResourcePlacement. */
export interface Placement extends KubeObject {
  spec: {
    resourceSelectors: ResourceSelector[];
    policy?: PlacementPolicy;
    strategy?: RolloutStrategy;
    revisionHistoryLimit?: number;
    statusReportingScope?: string;
  };
  status?: PlacementStatus;
}

export interface ClusterDecision extends JsonObject {
  clusterName: string;
  selected: boolean;
  reason: string;
  clusterScore?: { affinityScore?: number; priorityScore?: number };
}

export interface PolicySnapshot extends KubeObject {
  spec: { policy?: PlacementPolicy; policyHash: string };
  status?: {
    conditions?: FullCondition[];
    observedCRPGeneration: number;
    targetClusters?: ClusterDecision[];
  };
}

export interface ResourceSnapshot extends KubeObject {
  spec: { selectedResources: KubeObject[] };
}

export type BindingState = 'Scheduled' | 'Bound' | 'Unscheduled';

export interface Binding extends KubeObject {
  spec: {
    state: BindingState;
    targetCluster: string;
    clusterDecision: ClusterDecision;
    schedulingPolicySnapshotName: string;
    resourceSnapshotName: string;
    /** The overrides that change what this cluster gets, in the order in which they do. */
    clusterResourceOverrideSnapshots?: string[];
    resourceOverrideSnapshots?: NamespacedName[];
    applyStrategy?: ApplyStrategy;
  };
  status?: ResourceReports & { conditions?: FullCondition[] };
}

export interface ManifestIdentifier extends JsonObject {
  ordinal: number;
  group?: string;
  version?: string;
  kind?: string;
  resource?: string;
  namespace?: string;
  name?: string;
}

/** One place at which the hub's and the member's object differ. A missing value means that it is not there. */
export interface Difference extends JsonObject {
  path: string;
  valueInHub?: string;
  valueInMember?: string;
}

export interface ManifestCondition extends JsonObject {
  identifier: ManifestIdentifier;
  conditions: FullCondition[];
  driftDetails?: {
    observationTime: string;
    firstDriftedObservedTime: string;
    observedInMemberClusterGeneration: number;
    observedDrifts: Difference[];
  };
  diffDetails?: {
    observationTime: string;
    firstDiffedObservedTime: string;
    /** Absent when there is no object on the member. */
    observedInMemberClusterGeneration?: number;
    observedDiffs: Difference[];
  };
  backReportedStatus?: {
    observationTime: string;
    /** `apiVersion`, `kind` and `status` of the object on the member. */
    observedStatus: JsonObject;
  };
}

export interface ReportBackStrategy extends JsonObject {
  type?: 'Disabled' | 'Mirror';
  destination?: 'OriginalResource' | 'WorkAPI';
}

export interface Work extends KubeObject {
  spec: {
    workload?: { manifests?: KubeObject[] };
    applyStrategy?: ApplyStrategy;
    reportBackStrategy?: ReportBackStrategy;
  };
  status?: { conditions: FullCondition[]; manifestConditions?: ManifestCondition[] };
}

export interface AppliedWork extends KubeObject {
  spec: { workName: string; workNamespace: string };
  status?: { appliedResources?: JsonObject[] };
}

export const works = defineKind<Work>(version, 'Work', 'works');
export const appliedWorks = defineKind<AppliedWork>(version, 'AppliedWork', 'appliedworks', 'Cluster');

/** The kinds of one chain from a placement to its bindings: for the whole hub, or in one namespace. */
export interface PlacementFamily {
  readonly placements: Kind<Placement>;
  readonly policySnapshots: Kind<PolicySnapshot>;
  readonly resourceSnapshots: Kind<ResourceSnapshot>;
  readonly bindings: Kind<Binding>;
}

export const clusterFamily: PlacementFamily = {
  placements: defineKind(version, 'ClusterResourcePlacement', 'clusterresourceplacements', 'Cluster'),
  policySnapshots: defineKind(
    version,
    'ClusterSchedulingPolicySnapshot',
    'clusterschedulingpolicysnapshots',
    'Cluster',
  ),
  resourceSnapshots: defineKind(version, 'ClusterResourceSnapshot', 'clusterresourcesnapshots', 'Cluster'),
  bindings: defineKind(version, 'ClusterResourceBinding', 'clusterresourcebindings', 'Cluster'),
};

export const namespacedFamily: PlacementFamily = {
  placements: defineKind(version, 'ResourcePlacement', 'resourceplacements'),
  policySnapshots: defineKind(version, 'SchedulingPolicySnapshot', 'schedulingpolicysnapshots'),
  resourceSnapshots: defineKind(version, 'ResourceSnapshot', 'resourcesnapshots'),
  bindings: defineKind(version, 'ResourceBinding', 'resourcebindings'),
};

/** Asks for a placement to be taken off one cluster; its conditions tell what became of it. */
export interface Eviction extends KubeObject {
  spec: { placementName: string; clusterName: string };
  status?: { conditions?: FullCondition[] };
}

/** How many clusters of the placement of its name evictions must leave. */
export interface PlacementBudget extends KubeObject {
  spec: { maxUnavailable?: number | string; minAvailable?: number | string };
}

export const evictions = defineKind<Eviction>(
  version,
  'ClusterResourcePlacementEviction',
  'clusterresourceplacementevictions',
  'Cluster',
);
export const placementBudgets = defineKind<PlacementBudget>(
  version,
  'ClusterResourcePlacementDisruptionBudget',
  'clusterresourceplacementdisruptionbudgets',
  'Cluster',
);

export interface JsonPatchOverride extends JsonObject {
  op: 'add' | 'remove' | 'replace';
  /** A JSON pointer (RFC 6901). */
  path: string;
  value?: Json;
}

export interface OverrideRule extends JsonObject {
  /** None: no cluster. Without terms: every cluster. */
  clusterSelector?: { clusterSelectorTerms?: ClusterSelectorTerm[] };
  overrideType?: 'JSONPatch' | 'Delete';
  jsonPatchOverrides?: JsonPatchOverride[];
}

export interface OverrideSpec extends JsonObject {
  placement?: { name: string; scope?: 'Cluster' | 'Namespaced' };
  clusterResourceSelectors?: ResourceSelector[];
  resourceSelectors?: ResourceSelector[];
  policy: { overrideRules: OverrideRule[] };
}

/** A ClusterResourceOverride or a ResourceOverride. */
export interface Override extends KubeObject {
  spec: OverrideSpec;
}

/** An override as it was at one moment. */
export interface OverrideSnapshot extends KubeObject {
  spec: { overrideSpec: OverrideSpec; overrideHash: string };
}

/** The kinds of an override: of the whole hub, or of one namespace. */
export interface OverrideFamily {
  readonly overrides: Kind<Override>;
  readonly snapshots: Kind<OverrideSnapshot>;
}

export const clusterOverrides: OverrideFamily = {
  overrides: defineKind(version, 'ClusterResourceOverride', 'clusterresourceoverrides', 'Cluster'),
  snapshots: defineKind(
    version,
    'ClusterResourceOverrideSnapshot',
    'clusterresourceoverridesnapshots',
    'Cluster',
  ),
};

export const namespacedOverrides: OverrideFamily = {
  overrides: defineKind(version, 'ResourceOverride', 'resourceoverrides'),
  snapshots: defineKind(version, 'ResourceOverrideSnapshot', 'resourceoverridesnapshots'),
};

/** A placement's status where those can read it who see one namespace only. */
export interface StatusCopy extends KubeObject {
  sourceStatus: PlacementStatus;
  lastUpdatedTime: string;
}

export const statusCopies = defineKind<StatusCopy>(
  version,
  'ClusterResourcePlacementStatus',
  'clusterresourceplacementstatuses',
);
