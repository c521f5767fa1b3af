import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { FullCondition, LabelSelector } from '../../apimachinery/meta.ts';
import type { JsonObject } from '../../base/index.ts';

export interface MetricTarget extends JsonObject {
  type: string;
  /** Quantities. */
  value?: string;
  averageValue?: string;
  /** Percent of what pods ask for. */
  averageUtilization?: number;
}

export interface MetricIdentifier extends JsonObject {
  name: string;
  selector?: LabelSelector;
}

export interface DescribedObject extends JsonObject {
  apiVersion?: string;
  kind: string;
  name: string;
}

export interface MetricSpec extends JsonObject {
  type: string;
  resource?: { name: string; target: MetricTarget };
  containerResource?: { name: string; container: string; target: MetricTarget };
  pods?: { metric: MetricIdentifier; target: MetricTarget };
  object?: { metric: MetricIdentifier; describedObject: DescribedObject; target: MetricTarget };
  external?: { metric: MetricIdentifier; target: MetricTarget };
}

/** How fast an autoscaler goes in one direction. */
export interface ScalingRules extends JsonObject {
  stabilizationWindowSeconds?: number;
  selectPolicy?: string;
  policies?: { type: string; value: number; periodSeconds: number }[];
}

export interface HorizontalPodAutoscaler extends KubeObject {
  spec: {
    scaleTargetRef: DescribedObject;
    minReplicas?: number;
    maxReplicas: number;
    metrics?: MetricSpec[];
    behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules };
  };
  status?: {
    currentReplicas?: number;
    desiredReplicas: number;
    lastScaleTime?: string;
    currentMetrics?: JsonObject[];
    conditions?: FullCondition[];
  };
}

export const horizontalPodAutoscalers = defineKind<HorizontalPodAutoscaler>(
  'autoscaling/v2',
  'HorizontalPodAutoscaler',
  'horizontalpodautoscalers',
);
