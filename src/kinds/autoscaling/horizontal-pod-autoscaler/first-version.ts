import type { VersionConversion } from '../../../apimachinery/contract.ts';
import { objectAt, objectsAt, textAt } from '../../../apimachinery/read.ts';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { normalize } from '../../normalize.ts';

/**
 * HorizontalPodAutoscalers are stored as autoscaling/v2. Version 1 knows one CPU target; all else travels in these
 * annotations, so that a round trip through version 1 loses nothing.
 */
const annotationNames = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
} as const;

/** To and from version 1. */
export const firstVersion: VersionConversion = {
  fromStorage(object) {
    const spec = objectAt(object, 'spec');
    const status = objectAt(object, 'status');
    const targets = split(objectsAt(spec, 'metrics'), 'target');
    const currents = split(objectsAt(status, 'currentMetrics'), 'current');
    if (targets.cpu !== undefined) spec['targetCPUUtilizationPercentage'] = targets.cpu;
    if (currents.cpu !== undefined) status['currentCPUUtilizationPercentage'] = currents.cpu;
    const kept: Record<string, Json | undefined> = {
      [annotationNames.metrics]: targets.others.length > 0 ? targets.others : undefined,
      [annotationNames.currentMetrics]: currents.others.length > 0 ? currents.others : undefined,
      [annotationNames.conditions]: status['conditions'],
      [annotationNames.behavior]: spec['behavior'],
    };
    for (const name of ['metrics', 'behavior']) delete spec[name];
    for (const name of ['currentMetrics', 'conditions']) delete status[name];
    annotate(object, kept);
    normalize(object, 'autoscaling.v1.HorizontalPodAutoscaler');
  },
  toStorage(object) {
    const spec = objectAt(object, 'spec');
    const status = objectAt(object, 'status');
    const annotations = objectAt(object, 'metadata', 'annotations');
    const take = (name: string): Json | undefined => {
      const value = parse(annotations[name]);
      delete annotations[name];
      return value;
    };
    const metrics = join(spec['targetCPUUtilizationPercentage'], take(annotationNames.metrics), 'target');
    const currents = join(
      status['currentCPUUtilizationPercentage'],
      take(annotationNames.currentMetrics),
      'current',
    );
    if (metrics.length > 0) spec['metrics'] = metrics;
    if (currents.length > 0) status['currentMetrics'] = currents;
    const behavior = take(annotationNames.behavior);
    if (behavior !== undefined) spec['behavior'] = behavior;
    const conditions = take(annotationNames.conditions);
    if (conditions !== undefined) status['conditions'] = conditions;
    delete spec['targetCPUUtilizationPercentage'];
    delete status['currentCPUUtilizationPercentage'];
    normalize(object, 'autoscaling.v2.HorizontalPodAutoscaler');
  },
};

/** The CPU utilization metric, which version 1 has a field for, and the others. */
function split(metrics: readonly JsonObject[], member: 'target' | 'current') {
  let cpu: Json | undefined;
  const others: Json[] = [];
  for (const metric of metrics) {
    const utilization = objectAt(metric, 'resource', member)['averageUtilization'];
    const isCpu = metric['type'] === 'Resource' && textAt(metric, 'resource', 'name') === 'cpu';
    if (isCpu && utilization !== undefined && cpu === undefined) cpu = utilization;
    else others.push(metric);
  }
  return { cpu, others };
}

function join(cpu: Json | undefined, others: Json | undefined, member: 'target' | 'current'): Json[] {
  const rest = Array.isArray(others) ? others : [];
  if (typeof cpu !== 'number') return rest;
  const value: JsonObject = { averageUtilization: cpu };
  if (member === 'target') value['type'] = 'Utilization';
  return [{ type: 'Resource', resource: { name: 'cpu', [member]: value } }, ...rest];
}

function annotate(object: JsonObject, values: Readonly<Record<string, Json | undefined>>): void {
  const metadata = objectAt(object, 'metadata');
  const annotations = isObject(metadata['annotations']) ? metadata['annotations'] : {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) annotations[name] = JSON.stringify(value);
  }
  if (Object.keys(annotations).length > 0) metadata['annotations'] = annotations;
}

function parse(text: Json | undefined): Json | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
