import type { Rule } from './schema.ts';

function rule(expression: string, message: string): Rule {
  return { rule: expression, message };
}

/** Core namespaces among the selectors, and those of them that bring other selectors along. */
const isCoreNamespace = `x.kind == 'Namespace' && x.group == "" && x.version == 'v1'`;
const isNamespaceWithSelectors = `${isCoreNamespace} && has(x.selectionScope) && x.selectionScope == 'NamespaceWithResourceSelectors'`;
const countOf = (condition: string) => `size(self.resourceSelectors.filter(x, ${condition}))`;

const unchanged = 'self == oldSelf';

export const nameBelow64 = rule('size(self.metadata.name) < 64', 'metadata.name max length is 63');
export const nameBelow128 = rule('size(self.metadata.name) < 128', 'metadata.name max length is 127');

export const placementSpec = {
  policyStays: rule('!(has(oldSelf.policy) && !has(self.policy))', 'policy cannot be removed once set'),
  oneNamespaceWhenAccessible: rule(
    `!(self.statusReportingScope == 'NamespaceAccessible' && ${countOf("x.kind == 'Namespace'")} != 1)`,
    "when statusReportingScope is NamespaceAccessible, exactly one resourceSelector with kind 'Namespace' is required",
  ),
  scopeIsImmutable: rule(
    '!has(oldSelf.statusReportingScope) || self.statusReportingScope == oldSelf.statusReportingScope',
    'statusReportingScope is immutable',
  ),
  oneNamespaceWithSelectors: rule(
    `${countOf(isNamespaceWithSelectors)} <= 1`,
    'only one namespace selector with NamespaceWithResourceSelectors mode is allowed',
  ),
  namespaceWithSelectorsByName: rule(
    `${countOf(isNamespaceWithSelectors)} == 0 || ${countOf(`${isNamespaceWithSelectors} && has(x.name) && size(x.name) > 0 && !has(x.labelSelector)`)} == 1`,
    'namespace selector with NamespaceWithResourceSelectors mode must select by name (not by label)',
  ),
  noOtherNamespace: rule(
    `${countOf(isNamespaceWithSelectors)} == 0 || ${countOf(isCoreNamespace)} == 1`,
    'when using NamespaceWithResourceSelectors mode, only one namespace selector is allowed (cannot mix with other namespace selectors)',
  ),
} as const;

export const placementPolicy = [
  rule('!(self.placementType != oldSelf.placementType)', 'placement type is immutable'),
  rule(
    "self.placementType != 'PickFixed' || (!has(self.affinity) && !has(self.numberOfClusters) && !has(self.topologySpreadConstraints) && !has(self.tolerations))",
    'affinity, numberOfClusters, topologySpreadConstraints, and tolerations cannot be set when placementType is PickFixed',
  ),
  rule(
    "self.placementType != 'PickAll' || (!has(self.clusterNames) && !has(self.numberOfClusters) && !has(self.topologySpreadConstraints))",
    'clusterNames, numberOfClusters, and topologySpreadConstraints cannot be set when placementType is PickAll',
  ),
  rule(
    "self.placementType != 'PickN' || (!has(self.clusterNames) && has(self.numberOfClusters))",
    'clusterNames cannot be set and numberOfClusters must be set when placementType is PickN',
  ),
] as const;

export const tolerations = [
  rule(
    "self.all(x, x.operator != 'Exists' || !has(x.value) || size(x.value) == 0)",
    'value must be empty when operator is Exists',
  ),
  rule(
    "self.all(x, (has(x.key) && size(x.key) > 0) || x.operator == 'Exists')",
    'operator must be Exists when key is empty',
  ),
] as const;

export const nameOrLabels = rule(
  'self.all(x, !(has(x.name) && size(x.name) > 0 && has(x.labelSelector)))',
  'name and labelSelector are mutually exclusive in a resource selector',
);
export const mirrorHasDestination = rule(
  "(self == null) || (self.type == 'Mirror' ? size(self.destination) != 0 : true)",
  "when reportBackStrategy.type is 'Mirror', a destination must be specified",
);
export const externalStays = rule(
  "!(self != 'External' && oldSelf == 'External')",
  "cannot change rollout strategy type from 'External' to other types",
);

export const noNamespacedPlacement = rule(
  "!has(self.spec.placement) || self.spec.placement.scope != 'Namespaced'",
  'clusterResourceOverride placement reference cannot be Namespaced scope',
);
export const placementIsImmutable = rule(
  '(has(oldSelf.placement) && has(self.placement) && oldSelf.placement == self.placement) || (!has(oldSelf.placement) && !has(self.placement))',
  'The placement field is immutable',
);

export const clusterNameIsImmutable = rule(unchanged, 'The ClusterName field is immutable');
export const placementNameIsImmutable = rule(unchanged, 'The PlacementName field is immutable');

export const oneBudget = rule(
  '!(has(self.maxUnavailable) && has(self.minAvailable))',
  'Both MaxUnavailable and MinAvailable cannot be specified',
);
export const budgetValue = rule(
  "type(self) == string ? self.matches('^(100|[0-9]{1,2})%$') : self >= 0",
  "If supplied value is String should match regex '^(100|[0-9]{1,2})%$' or If supplied value is Integer must be greater than or equal to 0",
);

function noTransition(from: string, to: string): Rule {
  return rule(
    `!(has(oldSelf.state) && oldSelf.state == '${from}' && self.state == '${to}')`,
    `invalid state transition: cannot transition from ${from} to ${to}`,
  );
}

export const updateRunStates = [
  noTransition('Initialize', 'Stop'),
  noTransition('Run', 'Initialize'),
  noTransition('Stop', 'Initialize'),
] as const;
export const runPlacementIsImmutable = rule(unchanged, 'placementName is immutable');
export const runSnapshotIsImmutable = rule(unchanged, 'resourceSnapshotIndex is immutable');
export const runStrategyIsImmutable = rule(unchanged, 'stagedRolloutStrategyName is immutable');

export const approvalHasNoWait = rule(
  "!self.exists(e, e.type == 'Approval' && has(e.waitTime))",
  'AfterStageTaskType is Approval, waitTime is not allowed',
);
export const timedWaitHasWait = rule(
  "!self.exists(e, e.type == 'TimedWait' && !has(e.waitTime))",
  'AfterStageTaskType is TimedWait, waitTime is required',
);
export const noTimedWaitBefore = rule(
  "!self.exists(e, e.type == 'TimedWait')",
  'BeforeStageTaskType cannot be TimedWait',
);
export const atLeastOneAtATime = rule(
  'self == null || type(self) != int || self >= 1',
  'maxConcurrency must be at least 1',
);
export const specIsImmutable = rule(unchanged, 'The spec field is immutable');
export const clusterManagerIsImmutable = rule(unchanged, 'ClusterManager is immutable');
