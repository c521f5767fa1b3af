import type { FieldError } from '../../apimachinery/contract.ts';
import { numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
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
import type { JsonObject } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';

const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const metricMembers: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

export const autoscalerRules: KindRules = {
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
