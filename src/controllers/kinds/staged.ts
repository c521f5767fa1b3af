import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind, type Kind } from '../../apimachinery/kinds.ts';
import type { FullCondition, LabelSelector } from '../../apimachinery/meta.ts';
import type { JsonObject } from '../../base/index.ts';
import type { ApplyStrategy, NamespacedName } from './placement.ts';

const version = 'placement.kubernetes-fleet.io/v1beta1';

export interface StageTask extends JsonObject {
  type: 'TimedWait' | 'Approval';
  /** A duration as Go writes it. */
  waitTime?: string;
}

export interface StageConfig extends JsonObject {
  name: string;
  labelSelector?: LabelSelector;
  sortingLabelKey?: string;
  maxConcurrency?: number | string;
  beforeStageTasks?: StageTask[];
  afterStageTasks?: StageTask[];
}

export interface UpdateStrategySpec extends JsonObject {
  stages: StageConfig[];
}

/** A ClusterStagedUpdateStrategy or a StagedUpdateStrategy. */
export interface UpdateStrategy extends KubeObject {
  spec: UpdateStrategySpec;
}

export interface StageTaskStatus extends JsonObject {
  type: StageTask['type'];
  approvalRequestName?: string;
  conditions?: FullCondition[];
}

export interface ClusterUpdatingStatus extends JsonObject {
  clusterName: string;
  conditions?: FullCondition[];
  clusterResourceOverrideSnapshots?: string[];
  resourceOverrideSnapshots?: NamespacedName[];
}

export interface StageUpdatingStatus extends JsonObject {
  stageName: string;
  clusters: ClusterUpdatingStatus[];
  beforeStageTaskStatus?: StageTaskStatus[];
  afterStageTaskStatus?: StageTaskStatus[];
  conditions?: FullCondition[];
  startTime?: string;
  endTime?: string;
}

export interface UpdateRunStatus extends JsonObject {
  appliedStrategy?: ApplyStrategy;
  conditions?: FullCondition[];
  deletionStageStatus?: StageUpdatingStatus;
  policyObservedClusterCount?: number;
  policySnapshotIndexUsed?: string;
  resourceSnapshotIndexUsed?: string;
  stagedUpdateStrategySnapshot?: UpdateStrategySpec;
  stagesStatus?: StageUpdatingStatus[];
}

/** A ClusterStagedUpdateRun or a StagedUpdateRun. */
export interface UpdateRun extends KubeObject {
  spec: {
    placementName: string;
    stagedRolloutStrategyName: string;
    resourceSnapshotIndex?: string;
    state?: 'Initialize' | 'Run' | 'Stop';
  };
  status?: UpdateRunStatus;
}

/** A ClusterApprovalRequest or an ApprovalRequest. */
export interface ApprovalRequest extends KubeObject {
  spec: { parentStageRollout: string; targetStage: string };
  status?: { conditions?: FullCondition[] };
}

/** The kinds of an update run: of placements of the whole hub, or of those in one namespace. */
export interface UpdateRunFamily {
  readonly runs: Kind<UpdateRun>;
  readonly strategies: Kind<UpdateStrategy>;
  readonly approvals: Kind<ApprovalRequest>;
}

export const clusterUpdateRuns: UpdateRunFamily = {
  runs: defineKind(version, 'ClusterStagedUpdateRun', 'clusterstagedupdateruns', 'Cluster'),
  strategies: defineKind(version, 'ClusterStagedUpdateStrategy', 'clusterstagedupdatestrategies', 'Cluster'),
  approvals: defineKind(version, 'ClusterApprovalRequest', 'clusterapprovalrequests', 'Cluster'),
};

export const namespacedUpdateRuns: UpdateRunFamily = {
  runs: defineKind(version, 'StagedUpdateRun', 'stagedupdateruns'),
  strategies: defineKind(version, 'StagedUpdateStrategy', 'stagedupdatestrategies'),
  approvals: defineKind(version, 'ApprovalRequest', 'approvalrequests'),
};
