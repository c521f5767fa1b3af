import type { Cell, FieldError } from '../../apimachinery/contract.ts';
import { at, nameOf, numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  forbidden,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { pathSegment } from '../../apimachinery/validation/names.ts';
import type { Json, JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none, unset } from '../shared/cells.ts';
import { firstVersion } from './horizontal-pod-autoscaler/first-version.ts';

const columns = ['Name|string|name|0', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age'];

export const horizontalPodAutoscaler: BuiltInKind = {
  group: 'autoscaling',
  versions: [
    {
      version: 'v2',
      columns: { definitions: columns, cells },
    },
    {
      version: 'v1',
      columns: { definitions: columns, cells: firstVersionCells },
      conversion: firstVersion,
    },
  ],
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  scope: 'Namespaced',
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: { status: 'get patch update' },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const minimum = numberAt(spec, 'minReplicas');
    const maximum = numberAt(spec, 'maxReplicas');
    const errors: FieldError[] = [];
    if (minimum < 1) errors.push(invalid('spec.minReplicas', minimum, 'must be greater than or equal to 1'));
    if (maximum < 1) errors.push(invalid('spec.maxReplicas', maximum, 'must be greater than 0'));
    if (maximum < minimum) {
      errors.push(invalid('spec.maxReplicas', maximum, 'must be greater than or equal to `minReplicas`'));
    }
    for (const member of ['kind', 'name']) {
      const text = textAt(spec, 'scaleTargetRef', member);
      const path = `spec.scaleTargetRef.${member}`;
      errors.push(...(text ? invalidEach(path, text, pathSegment(text)) : [required(path)]));
    }
    const apiVersion = textAt(spec, 'scaleTargetRef', 'apiVersion');
    const path = 'spec.scaleTargetRef.apiVersion';
    if (!apiVersion.includes('/')) {
      errors.push(invalid(path, apiVersion, 'apiVersion must specify API group'));
    }
    const metrics = objectsAt(spec, 'metrics');
    return [
      ...errors,
      ...metrics.flatMap((metric, position) => validateMetric(metric, index('spec.metrics', position))),
    ];
  },
};

const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

const metricMembers: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

function validateMetric(metric: JsonObject, path: string): FieldError[] {
  const type = textAt(metric, 'type');
  const expected = metricMembers[type];
  const present = Object.values(metricMembers).filter((member) => metric[member] !== undefined);
  const errors: FieldError[] = [];
  if (!type) errors.push(required(child(path, 'type'), 'must specify a metric source type'));
  if (!expected) errors.push(notSupported(child(path, 'type'), type, metricTypes));
  else if (metric[expected] === undefined) {
    errors.push(required(child(path, expected), 'must populate information for the given metric source'));
  }
  if (present.length > 1) {
    const others = present.filter((member) => member !== expected);
    errors.push(
      ...others.map((member) => forbidden(child(path, member), 'must populate the given metric source only')),
    );
  }
  const source = present[0];
  if (source) errors.push(...validateTarget(objectAt(metric, source), child(path, source), source));
  return errors;
}

function validateTarget(source: JsonObject, path: string, member: string): FieldError[] {
  const target = objectAt(source, 'target');
  const here = child(path, 'target');
  const type = textAt(target, 'type');
  const errors: FieldError[] = [];
  const isResource = member === 'resource' || member === 'containerResource';
  if (isResource && !textAt(source, 'name'))
    errors.push(required(child(path, 'name'), 'must specify a resource name'));
  if (!type) errors.push(required(child(here, 'type'), 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    errors.push(invalid(child(here, 'type'), type, 'must be either Utilization, Value, or AverageValue'));
  }
  const utilization = target['averageUtilization'];
  if (typeof utilization === 'number' && utilization < 1) {
    errors.push(invalid(child(here, 'averageUtilization'), utilization, 'must be greater than 0'));
  }
  if (!isResource) return errors;
  if (utilization === undefined && target['averageValue'] === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    errors.push(required(child(here, 'averageUtilization'), detail));
  } else if (utilization !== undefined && target['averageValue'] !== undefined) {
    errors.push(
      forbidden(child(here, 'averageValue'), 'may not set both a target raw value and a target utilization'),
    );
  }
  return errors;
}

function cells(object: JsonObject): Cell[] {
  const minimum = at(object, 'spec', 'minReplicas');
  return [
    nameOf(object),
    `${textAt(object, 'spec', 'scaleTargetRef', 'kind')}/${textAt(object, 'spec', 'scaleTargetRef', 'name')}`,
    autoscalerTargets(object),
    typeof minimum === 'number' ? String(minimum) : unset,
    numberAt(object, 'spec', 'maxReplicas'),
    numberAt(object, 'status', 'currentReplicas'),
    ageOf(object),
  ];
}

/** Autoscaling v1 shows its one CPU target. */
function firstVersionCells(object: JsonObject): Cell[] {
  const target = at(object, 'spec', 'targetCPUUtilizationPercentage');
  const current = at(object, 'status', 'currentCPUUtilizationPercentage');
  const shown = typeof current === 'number' ? `${current}%` : '<unknown>';
  const all = cells(object);
  all[2] = typeof target === 'number' ? `cpu: ${shown}/${target}%` : none;
  return all;
}

const maxTargetsShown = 2;

function autoscalerTargets(object: JsonObject): string {
  const specs = objectsAt(object, 'spec', 'metrics');
  if (specs.length === 0) return none;
  const statuses = objectsAt(object, 'status', 'currentMetrics');
  const texts = specs.map((spec, index) => metricText(spec, statuses[index]));
  const shown = texts.slice(0, maxTargetsShown).join(', ');
  return texts.length > maxTargetsShown ? `${shown} + ${texts.length - maxTargetsShown} more...` : shown;
}

function metricText(spec: JsonObject, status: JsonObject | undefined): string {
  const type = textAt(spec, 'type');
  const member = metricMembers[type];
  if (!member) return '<unknown type>';
  const source = objectAt(spec, member);
  const target = objectAt(source, 'target');
  const current = objectAt(status, member, 'current');
  const known = (value: Json | undefined) => (value === undefined ? '<unknown>' : String(value));
  if (type === 'Pods') return `${known(current['averageValue'])}/${known(target['averageValue'])}`;
  if (type === 'Resource' || type === 'ContainerResource') {
    const name = textAt(source, 'name');
    if (target['averageValue'] !== undefined) {
      return `${name}: ${known(current['averageValue'])}/${target['averageValue']}`;
    }
    const percent = (value: Json | undefined, absent: string) =>
      typeof value === 'number' ? `${value}%` : absent;
    return `${name}: ${percent(current['averageUtilization'], '<unknown>')}/${percent(target['averageUtilization'], '<auto>')}`;
  }
  if (target['averageValue'] !== undefined) {
    return `${known(current['averageValue'])}/${target['averageValue']} (avg)`;
  }
  return `${known(current['value'])}/${known(target['value'])}`;
}
