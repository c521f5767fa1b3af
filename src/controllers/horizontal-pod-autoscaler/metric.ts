import { formatQuantity, nanoPerUnit } from '../../apimachinery/quantity.ts';
import { errorMessage, type JsonObject } from '../../base/index.ts';
import type { MetricSpec } from '../kinds/autoscaling.ts';
import type { ClusterContext } from '../shared/context.ts';
import { customUses, externalUses, MetricError, milliOf, objectUse, resourceUses } from './metrics-api.ts';
import { byAverage, byShare, byTotal, byUtilization, type Pods, type Proposal } from './replicas.ts';
import { selectorInGo } from './selector-text.ts';

/** What there is to know to judge a metric. */
export interface Target extends Pods {
  readonly context: Pick<ClusterContext, 'client' | 'served'>;
  readonly namespace: string;
  /** Of the pods, as text. */
  readonly selector: string;
  /** How many replicas there are, as against how many there should be. */
  readonly statusReplicas: number;
}

/** What one metric asks for: replicas, under which name, and what the status says of it. */
export interface Judged {
  readonly replicas: number;
  readonly name: string;
  readonly status: JsonObject;
}

/** Why a metric cannot be judged: the reason of the condition, its message, and what the event of the autoscaler says. */
export class FailedMetric extends Error {
  readonly reason: string;
  readonly told: string;

  constructor(reason: string, told: string, message: string) {
    super(message);
    this.reason = reason;
    this.told = told;
  }
}

type Judge = (spec: MetricSpec, target: Target) => Promise<Judged>;

interface Kind {
  readonly judge: Judge;
  readonly reason: string;
  /** What failed, as the event of the whole says it. */
  readonly failed: (spec: MetricSpec) => string;
}

const kinds: Readonly<Record<string, Kind | undefined>> = {
  Resource: {
    judge: (spec, target) => judgeResource(spec, target),
    reason: 'FailedGetResourceMetric',
    failed: ({ resource }) => `failed to get ${resource?.name} resource metric value`,
  },
  ContainerResource: {
    judge: (spec, target) => judgeResource(spec, target),
    reason: 'FailedGetContainerResourceMetric',
    failed: ({ containerResource }) => `failed to get ${containerResource?.container} container metric value`,
  },
  Pods: { judge: judgePods, reason: 'FailedGetPodsMetric', failed: () => 'failed to get pods metric value' },
  Object: {
    judge: judgeObject,
    reason: 'FailedGetObjectMetric',
    failed: () => 'failed to get object metric value',
  },
  External: {
    judge: judgeExternal,
    reason: 'FailedGetExternalMetric',
    failed: ({ external }) => `failed to get ${external?.metric.name} external metric value`,
  },
};

/** What a metric asks for. Throws FailedMetric when that cannot be known. */
export async function judge(spec: MetricSpec, target: Target): Promise<Judged> {
  const kind = kinds[spec.type];
  if (!kind) {
    const why = `unknown metric source type ${JSON.stringify(spec.type)}`;
    throw new FailedMetric('InvalidMetricSourceType', why, why);
  }
  try {
    return await kind.judge(spec, target);
  } catch (thrown) {
    if (!(thrown instanceof MetricError)) throw thrown;
    throw new FailedMetric(kind.reason, thrown.message, `${kind.failed(spec)}: ${thrown.message}`);
  }
}

/** Says before a MetricError what was being done. */
async function doing<T>(what: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof MetricError ? new MetricError(`${what}: ${errorMessage(thrown)}`) : thrown;
  }
}

async function judgeResource(spec: MetricSpec, target: Target): Promise<Judged> {
  const source = spec.containerResource ?? spec.resource;
  const container = spec.containerResource?.container ?? '';
  if (!source) throw new MetricError('no resource is named');
  const { name: resource, target: wanted } = source;
  const uses = () =>
    doing(`unable to get metrics for resource ${resource}`, () =>
      resourceUses(target.context, { ...target, resource, container }),
    );
  const told = (proposal: Proposal): JsonObject => ({
    ...(proposal.percent !== undefined && { averageUtilization: proposal.percent }),
    averageValue: quantity(proposal.average, resource === 'memory' ? 'binary' : 'decimal'),
  });
  const statusOf = (proposal: Proposal): JsonObject =>
    container === ''
      ? { type: spec.type, resource: { name: resource, current: told(proposal) } }
      : { type: spec.type, containerResource: { name: resource, container, current: told(proposal) } };
  if (wanted.averageValue !== undefined) {
    const milli = milliOf(wanted.averageValue);
    const proposal = await doing(`failed to get ${resource} usage`, async () =>
      byAverage(target, await uses(), { milli, resource }),
    );
    return { replicas: proposal.replicas, name: `${resource} resource`, status: statusOf(proposal) };
  }
  if (wanted.averageUtilization === undefined) throw new MetricError(noTarget('resource'));
  const percent = wanted.averageUtilization;
  const proposal = await doing(`failed to get ${resource} utilization`, async () =>
    byUtilization(target, await uses(), { percent, resource, container }),
  );
  const what = container === '' ? 'resource' : 'container resource';
  const name = `${resource} ${what} utilization (percentage of request)`;
  return { replicas: proposal.replicas, name, status: statusOf(proposal) };
}

function noTarget(source: string): string {
  return source === 'resource'
    ? 'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set'
    : `invalid ${source} metric source: neither a value target nor an average value target was set`;
}

async function judgePods({ type, pods }: MetricSpec, target: Target): Promise<Judged> {
  if (!pods) throw new MetricError('no metric is named');
  const { metric } = pods;
  const milli = milliOf(pods.target.averageValue);
  const of = { ...target, metric: metric.name, metricSelector: metric.selector };
  const uses = await doing(`unable to get metric ${metric.name}`, () => customUses(target.context, of));
  const proposal = byAverage(target, uses, { milli, resource: '' });
  const current = { averageValue: quantity(proposal.average) };
  return {
    replicas: proposal.replicas,
    name: `pods metric ${metric.name}`,
    status: { type, pods: { metric, current } },
  };
}

async function judgeObject({ type, object }: MetricSpec, target: Target): Promise<Judged> {
  if (!object) throw new MetricError('no metric is named');
  const { metric, describedObject, target: wanted } = object;
  const of = {
    namespace: target.namespace,
    object: describedObject,
    metric: metric.name,
    metricSelector: metric.selector,
  };
  const use = async () => {
    try {
      return await objectUse(target.context, of);
    } catch (thrown) {
      if (!(thrown instanceof MetricError)) throw thrown;
      const where = `${describedObject.kind} ${target.namespace}/${describedObject.name}`;
      throw new MetricError(`unable to get metric ${metric.name}: ${thrown.message} on ${where}`);
    }
  };
  const status = (current: JsonObject): JsonObject => ({
    type,
    object: { metric, describedObject, current },
  });
  if (wanted.type === 'Value' && wanted.value !== undefined) {
    const milli = await use();
    return {
      replicas: byTotal(target, milli, milliOf(wanted.value)),
      name: `${describedObject.kind} metric ${metric.name}`,
      status: status({ value: quantity(milli) }),
    };
  }
  if (wanted.type !== 'AverageValue' || wanted.averageValue === undefined)
    throw new MetricError(noTarget('object'));
  const averageMilli = milliOf(wanted.averageValue);
  const proposal = await doing(`failed to get ${metric.name} object metric`, async () =>
    byShare(target.statusReplicas, await use(), averageMilli),
  );
  return {
    replicas: proposal.replicas,
    name: `external metric ${metric.name}(${selectorInGo(metric.selector)})`,
    status: status({ averageValue: quantity(proposal.average) }),
  };
}

async function judgeExternal({ type, external }: MetricSpec, target: Target): Promise<Judged> {
  if (!external) throw new MetricError('no metric is named');
  const { metric, target: wanted } = external;
  const { namespace } = target;
  const shown = selectorInGo(metric.selector);
  const total = async () => {
    const where = `${namespace}/${metric.name}/${shown}`;
    const of = { namespace, metric: metric.name, selector: metric.selector };
    const values = await doing(`unable to get external metric ${where}`, () =>
      externalUses(target.context, of),
    );
    return values.reduce((sum, value) => sum + value, 0);
  };
  const name = `external metric ${metric.name}(${shown})`;
  const status = (current: JsonObject): JsonObject => ({ type, external: { metric, current } });
  if (wanted.averageValue !== undefined) {
    const averageMilli = milliOf(wanted.averageValue);
    const proposal = await doing(`failed to get ${metric.name} external metric`, async () =>
      byShare(target.statusReplicas, await total(), averageMilli),
    );
    const current = { averageValue: quantity(proposal.average) };
    return { replicas: proposal.replicas, name, status: status(current) };
  }
  const { value } = wanted;
  if (value === undefined) throw new MetricError(noTarget('external'));
  return doing(`failed to get external metric ${metric.name}`, async () => {
    const milli = await total();
    return {
      replicas: byTotal(target, milli, milliOf(value)),
      name,
      status: status({ value: quantity(milli) }),
    };
  });
}

function quantity(milli: number, format: 'decimal' | 'binary' = 'decimal'): string {
  return formatQuantity({ nano: BigInt(Math.round(milli)) * (nanoPerUnit / 1000n), format });
}
