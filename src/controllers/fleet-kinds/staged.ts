import { age, type Column, column, conditionPath, type FleetKind, wide } from './definition.ts';
import { placementCategories, placementGroup } from './placement.ts';
import * as rules from './rules.ts';
import {
  dateTime,
  integer,
  intOrString,
  list,
  object,
  oneOf,
  ruled,
  type Schema,
  string,
  text,
  withDefault,
} from './schema.ts';
import {
  applyStrategy,
  conditions,
  labelSelector,
  namespacedName,
  patterns,
  type Version,
} from './shapes.ts';

const common = { group: placementGroup, categories: placementCategories } as const;
const afterTasks = { maxItems: 2 } as const;
const beforeTasks = { maxItems: 1 } as const;

const taskType = oneOf('TimedWait', 'Approval');
const stageName = text({ maxLength: 63, pattern: patterns.stage });

function stageTask(wait: string): Schema {
  return object({ 'type*': taskType, waitTime: text({ pattern: wait }) });
}

function stageConfig(version: Version): Schema {
  if (version === 'v1alpha1') {
    return object({
      afterStageTasks: list(stageTask(patterns.waitOrZero), afterTasks),
      labelSelector,
      'name*': stageName,
      sortingLabelKey: string,
    });
  }
  const task = stageTask(patterns.wait);
  return object({
    afterStageTasks: ruled(list(task, afterTasks), rules.approvalHasNoWait, rules.timedWaitHasWait),
    beforeStageTasks: ruled(list(task, beforeTasks), rules.approvalHasNoWait, rules.noTimedWaitBefore),
    labelSelector,
    maxConcurrency: ruled(withDefault(1, intOrString(patterns.percent)), rules.atLeastOneAtATime),
    'name*': stageName,
    sortingLabelKey: string,
  });
}

function strategySpec(version: Version): Schema {
  return object({ 'stages*': list(stageConfig(version), { maxItems: 31 }) });
}

const taskStatus: Schema = object({ approvalRequestName: string, conditions, 'type*': taskType });
const clusterStatus: Schema = object({
  'clusterName*': string,
  clusterResourceOverrideSnapshots: list(string),
  conditions,
  resourceOverrideSnapshots: list(namespacedName),
});

function stageStatus(version: Version): Schema {
  return object({
    afterStageTaskStatus: list(taskStatus, afterTasks),
    beforeStageTaskStatus: version === 'v1alpha1' ? undefined : list(taskStatus, beforeTasks),
    'clusters*': list(clusterStatus),
    conditions,
    endTime: dateTime,
    'stageName*': string,
    startTime: dateTime,
  });
}

function runSpec(version: Version): Schema {
  const name = text({ maxLength: 255 });
  if (version === 'v1alpha1') {
    const fields = {
      'placementName*': name,
      'resourceSnapshotIndex*': string,
      'stagedRolloutStrategyName*': string,
    };
    return ruled(object(fields), rules.specIsImmutable);
  }
  return ruled(
    object({
      'placementName*': ruled(name, rules.runPlacementIsImmutable),
      resourceSnapshotIndex: ruled(string, rules.runSnapshotIsImmutable),
      'stagedRolloutStrategyName*': ruled(string, rules.runStrategyIsImmutable),
      state: withDefault('Initialize', oneOf('Initialize', 'Run', 'Stop')),
    }),
    ...rules.updateRunStates,
  );
}

function runColumns(version: Version): readonly Column[] {
  return [
    column('Placement', '.spec.placementName'),
    column('Resource-Snapshot-Index', '.spec.resourceSnapshotIndex'),
    column('Policy-Snapshot-Index', '.status.policySnapshotIndexUsed'),
    column('Initialized', conditionPath('Initialized')),
    ...(version === 'v1alpha1' ? [] : [column('Progressing', conditionPath('Progressing'))]),
    column('Succeeded', conditionPath('Succeeded')),
    age,
    wide(column('Strategy', '.spec.stagedRolloutStrategyName')),
  ];
}

const updateRun: Omit<FleetKind, 'kind' | 'plural' | 'shortName' | 'scope' | 'versions'> = {
  ...common,
  status: 'subresource',
  description: 'Takes a placement with an external strategy through its stages once.',
  rules: (version) => [version === 'v1alpha1' ? rules.nameBelow128 : rules.nameBelow64],
  fields: (version) => ({
    'spec*': runSpec(version),
    status: object({
      appliedStrategy: applyStrategy,
      conditions,
      deletionStageStatus: stageStatus(version),
      policyObservedClusterCount: integer,
      policySnapshotIndexUsed: string,
      resourceSnapshotIndexUsed: version === 'v1alpha1' ? undefined : string,
      stagedUpdateStrategySnapshot: strategySpec(version),
      stagesStatus: list(stageStatus(version)),
    }),
  }),
  columns: runColumns,
};

const strategy = {
  ...common,
  description: 'The stages through which update runs take a placement.',
  fields: (version: Version) => ({ 'spec*': strategySpec(version) }),
} as const;

const approval: Omit<FleetKind, 'kind' | 'plural' | 'shortName' | 'scope' | 'versions'> = {
  ...common,
  status: 'subresource',
  description: 'An update run waits for its approval before or after a stage.',
  fields: () => ({
    'spec*': ruled(object({ 'parentStageRollout*': string, 'targetStage*': string }), rules.specIsImmutable),
    status: object({ conditions }),
  }),
  columns: () => [
    column('Update-Run', '.spec.parentStageRollout'),
    column('Stage', '.spec.targetStage'),
    column('Approved', conditionPath('Approved')),
    age,
  ],
};

const allVersions = ['v1', 'v1alpha1', 'v1beta1'] as const;
const bothVersions = ['v1', 'v1beta1'] as const;

export const stagedUpdateKinds: readonly FleetKind[] = [
  {
    ...updateRun,
    kind: 'ClusterStagedUpdateRun',
    plural: 'clusterstagedupdateruns',
    shortName: 'csur',
    scope: 'Cluster',
    versions: allVersions,
  },
  {
    ...updateRun,
    kind: 'StagedUpdateRun',
    plural: 'stagedupdateruns',
    shortName: 'sur',
    scope: 'Namespaced',
    versions: bothVersions,
  },
  {
    ...strategy,
    kind: 'ClusterStagedUpdateStrategy',
    plural: 'clusterstagedupdatestrategies',
    shortName: 'csus',
    scope: 'Cluster',
    versions: allVersions,
    status: 'subresource',
  },
  {
    ...strategy,
    kind: 'StagedUpdateStrategy',
    plural: 'stagedupdatestrategies',
    shortName: 'sus',
    scope: 'Namespaced',
    versions: bothVersions,
  },
  {
    ...approval,
    kind: 'ClusterApprovalRequest',
    plural: 'clusterapprovalrequests',
    shortName: 'careq',
    scope: 'Cluster',
    versions: allVersions,
  },
  {
    ...approval,
    kind: 'ApprovalRequest',
    plural: 'approvalrequests',
    shortName: 'areq',
    scope: 'Namespaced',
    versions: bothVersions,
  },
];
