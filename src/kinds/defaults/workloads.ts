import { at, maybeObjectAt, objectAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import { ensureObject, fill, type TypeDefaults } from './fill.ts';

const revisionsKept = 10;
const maxInt32 = 2 ** 31 - 1;

const deployment: TypeDefaults = (object) => {
  const spec = ensureObject(object, 'spec');
  const strategy = ensureObject(spec, 'strategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    fill(ensureObject(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' });
  }
  fill(spec, { replicas: 1, revisionHistoryLimit: revisionsKept, progressDeadlineSeconds: 600 });
};

const daemonSet: TypeDefaults = (object) => {
  const spec = ensureObject(object, 'spec');
  const strategy = ensureObject(spec, 'updateStrategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    fill(ensureObject(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 });
  }
  fill(spec, { revisionHistoryLimit: revisionsKept });
};

const statefulSet: TypeDefaults = (object) => {
  const spec = ensureObject(object, 'spec');
  const strategy = ensureObject(spec, 'updateStrategy');
  if (!strategy['type']) {
    strategy['type'] = 'RollingUpdate';
    ensureObject(strategy, 'rollingUpdate');
  }
  const rolling = maybeObjectAt(strategy, 'rollingUpdate');
  if (strategy['type'] === 'RollingUpdate' && rolling) fill(rolling, { partition: 0 });
  const retention = ensureObject(spec, 'persistentVolumeClaimRetentionPolicy');
  fill(retention, { whenDeleted: 'Retain', whenScaled: 'Retain' });
  fill(spec, { podManagementPolicy: 'OrderedReady', replicas: 1, revisionHistoryLimit: revisionsKept });
};

const job: TypeDefaults = (object) => {
  const labels = maybeObjectAt(object, 'spec', 'template', 'metadata', 'labels');
  const own = objectAt(object, 'metadata', 'labels');
  if (labels && Object.keys(own).length === 0) {
    // The very same map: labels that the server adds to the template show on the job as well.
    ensureObject(object, 'metadata')['labels'] = labels;
  }
  fillJobSpec(ensureObject(object, 'spec'));
};

function fillJobSpec(spec: JsonObject): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  fill(spec, {
    parallelism: 1,
    backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : maxInt32,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  });
}

const cronJob: TypeDefaults = (object) => {
  fill(ensureObject(object, 'spec'), {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
};

const replicationController: TypeDefaults = (object) => {
  const labels = maybeObjectAt(object, 'spec', 'template', 'metadata', 'labels');
  if (!labels) return;
  const spec = ensureObject(object, 'spec');
  if (Object.keys(objectAt(spec, 'selector')).length === 0) spec['selector'] = { ...labels };
  const metadata = ensureObject(object, 'metadata');
  if (Object.keys(objectAt(metadata, 'labels')).length === 0) metadata['labels'] = { ...labels };
};

const defaultCpuPercent = 80;
const podsPolicy = { type: 'Pods', value: 4, periodSeconds: 15 };
const percentPolicy = { type: 'Percent', value: 100, periodSeconds: 15 };

const autoscaler: TypeDefaults = (object) => {
  const spec = ensureObject(object, 'spec');
  fill(spec, {
    minReplicas: 1,
    metrics: [
      {
        type: 'Resource',
        resource: {
          name: 'cpu',
          target: { type: 'Utilization', averageUtilization: defaultCpuPercent },
        },
      },
    ],
  });
  const behavior = maybeObjectAt(spec, 'behavior');
  if (!behavior) return;
  fill(ensureObject(behavior, 'scaleUp'), {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [{ ...podsPolicy }, { ...percentPolicy }],
  });
  fill(ensureObject(behavior, 'scaleDown'), { selectPolicy: 'Max', policies: [{ ...percentPolicy }] });
};

const onPodConditions: TypeDefaults = (object) => {
  if (!textAt(object, 'status')) object['status'] = 'True';
};

/** Defaults of workloads and autoscalers. */
export const workloadDefaults: Readonly<Record<string, TypeDefaults>> = {
  'apps.v1.Deployment': deployment,
  'apps.v1.DaemonSet': daemonSet,
  'apps.v1.ReplicaSet': (object) => fill(ensureObject(object, 'spec'), { replicas: 1 }),
  'apps.v1.StatefulSet': statefulSet,
  'batch.v1.Job': job,
  'batch.v1.CronJob': cronJob,
  'batch.v1.PodFailurePolicyOnPodConditionsPattern': onPodConditions,
  'core.v1.ReplicationController': replicationController,
  'autoscaling.v2.HorizontalPodAutoscaler': autoscaler,
  'autoscaling.v1.HorizontalPodAutoscaler': (object) => {
    const spec = ensureObject(object, 'spec');
    const alpha = at(object, 'metadata', 'annotations', 'autoscaling.alpha.kubernetes.io/metrics');
    fill(spec, { minReplicas: 1 });
    if (alpha === undefined) fill(spec, { targetCPUUtilizationPercentage: defaultCpuPercent });
  },
};
