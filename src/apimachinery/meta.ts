import type { JsonObject } from '../base/index.ts';

export interface Condition extends JsonObject {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

/** A condition as fleet kinds write it: all of it, always. */
export interface FullCondition extends Condition {
  reason: string;
  message: string;
  lastTransitionTime: string;
}

export interface LabelSelector extends JsonObject {
  matchLabels?: { [key: string]: string };
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}
