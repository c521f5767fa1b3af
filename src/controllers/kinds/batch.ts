import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { Condition, LabelSelector } from '../../apimachinery/meta.ts';
import type { JsonObject } from '../../base/index.ts';
import type { ObjectReference, PodTemplate } from './core.ts';

export interface JobSpec extends JsonObject {
  parallelism?: number;
  completions?: number;
  backoffLimit?: number;
  activeDeadlineSeconds?: number;
  ttlSecondsAfterFinished?: number;
  suspend?: boolean;
  completionMode?: string;
  /** Who looks after it; absent: this controller. */
  managedBy?: string;
  backoffLimitPerIndex?: number;
  maxFailedIndexes?: number;
  podFailurePolicy?: {
    rules: {
      action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
      onExitCodes?: { containerName?: string; operator: string; values: number[] };
      onPodConditions?: { type: string; status?: string }[];
    }[];
  };
  successPolicy?: { rules: { succeededIndexes?: string; succeededCount?: number }[] };
  manualSelector?: boolean;
  selector?: LabelSelector;
  template: PodTemplate;
}

export interface JobCondition extends Condition {
  lastProbeTime?: string;
}

export interface JobStatus extends JsonObject {
  active?: number;
  ready?: number;
  terminating?: number;
  succeeded?: number;
  failed?: number;
  startTime?: string;
  completionTime?: string;
  completedIndexes?: string;
  failedIndexes?: string;
  conditions?: JobCondition[];
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] };
}

export interface Job extends KubeObject {
  spec: JobSpec;
  status?: JobStatus;
}

export interface CronJob extends KubeObject {
  spec: {
    schedule: string;
    timeZone?: string;
    suspend?: boolean;
    concurrencyPolicy?: string;
    startingDeadlineSeconds?: number;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate: {
      metadata?: { labels?: { [key: string]: string }; annotations?: { [key: string]: string } };
      spec: JobSpec;
    };
  };
  status?: { active?: ObjectReference[]; lastScheduleTime?: string; lastSuccessfulTime?: string };
}

export const jobs = defineKind<Job>('batch/v1', 'Job', 'jobs');
export const cronJobs = defineKind<CronJob>('batch/v1', 'CronJob', 'cronjobs');
