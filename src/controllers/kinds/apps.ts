import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { Condition, LabelSelector } from '../../apimachinery/meta.ts';
import type { JsonObject } from '../../base/index.ts';
import type { PodTemplate } from './core.ts';

const version = 'apps/v1';

export interface ReplicaSet extends KubeObject {
  spec: { replicas?: number; minReadySeconds?: number; selector: LabelSelector; template: PodTemplate };
  status?: ReplicaSetStatus;
}

export interface ReplicaSetStatus extends JsonObject {
  replicas?: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  observedGeneration?: number;
  conditions?: Condition[];
}

export interface DeploymentCondition extends Condition {
  lastUpdateTime?: string;
}

export interface Deployment extends KubeObject {
  spec: {
    replicas?: number;
    selector: LabelSelector;
    template: PodTemplate;
    paused?: boolean;
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    progressDeadlineSeconds?: number;
    strategy?: {
      type?: string;
      rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string };
    };
  };
  status?: DeploymentStatus;
}

export interface DeploymentStatus extends JsonObject {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  collisionCount?: number;
  conditions?: DeploymentCondition[];
}

export interface DaemonSet extends KubeObject {
  spec: {
    selector: LabelSelector;
    template: PodTemplate;
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    updateStrategy?: {
      type?: string;
      rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string };
    };
  };
  status?: DaemonSetStatus;
}

export interface DaemonSetStatus extends JsonObject {
  currentNumberScheduled?: number;
  desiredNumberScheduled?: number;
  numberMisscheduled?: number;
  numberReady?: number;
  numberAvailable?: number;
  numberUnavailable?: number;
  updatedNumberScheduled?: number;
  observedGeneration?: number;
}

export interface StatefulSet extends KubeObject {
  spec: {
    replicas?: number;
    selector: LabelSelector;
    template: PodTemplate;
    serviceName?: string;
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    podManagementPolicy?: string;
    ordinals?: { start?: number };
    volumeClaimTemplates?: VolumeClaim[];
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
  };
  status?: StatefulSetStatus;
}

export interface StatefulSetStatus extends JsonObject {
  replicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  currentReplicas?: number;
  updatedReplicas?: number;
  currentRevision?: string;
  updateRevision?: string;
  collisionCount?: number;
  observedGeneration?: number;
}

export interface VolumeClaim extends KubeObject {
  spec?: JsonObject;
}

export interface ControllerRevision extends KubeObject {
  data?: JsonObject;
  revision: number;
}

export const replicaSets = defineKind<ReplicaSet>(version, 'ReplicaSet', 'replicasets');
export const deployments = defineKind<Deployment>(version, 'Deployment', 'deployments');
export const daemonSets = defineKind<DaemonSet>(version, 'DaemonSet', 'daemonsets');
export const statefulSets = defineKind<StatefulSet>(version, 'StatefulSet', 'statefulsets');
export const controllerRevisions = defineKind<ControllerRevision>(
  version,
  'ControllerRevision',
  'controllerrevisions',
);
export const volumeClaims = defineKind<VolumeClaim>('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims');
