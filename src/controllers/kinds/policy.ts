import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { FullCondition, LabelSelector } from '../../apimachinery/meta.ts';
import type { JsonObject } from '../../base/index.ts';

export interface PodDisruptionBudget extends KubeObject {
  spec: {
    minAvailable?: number | string;
    maxUnavailable?: number | string;
    selector?: LabelSelector;
    unhealthyPodEvictionPolicy?: string;
  };
  status?: PodDisruptionBudgetStatus;
}

export interface PodDisruptionBudgetStatus extends JsonObject {
  currentHealthy: number;
  desiredHealthy: number;
  expectedPods: number;
  disruptionsAllowed: number;
  /** When each pod that is about to go was evicted. */
  disruptedPods?: { [pod: string]: string };
  observedGeneration?: number;
  conditions?: FullCondition[];
}

export const podDisruptionBudgets = defineKind<PodDisruptionBudget>(
  'policy/v1',
  'PodDisruptionBudget',
  'poddisruptionbudgets',
);
