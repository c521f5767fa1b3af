import { cloneJson } from '../../apimachinery/clone.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, nameOf, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { child, forbidden, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import {
  intOrPercentValue,
  validateAtMostAll,
  validateIntOrPercent,
  validateNotNegative,
} from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, containerCells, selectorText } from '../shared/cells.ts';
import { ofTemplate } from '../shared/template-warnings.ts';
import { templateOf } from '../shared/workload-cells.ts';
import {
  selectorIsImmutable,
  shownStrategy,
  validateAvailable,
  validateCounts,
  validateNoMoreThan,
  validateSelectedTemplate,
} from '../shared/workloads.ts';

export const deployment: BuiltInKind = {
  group: 'apps',
  versions: [{ version: 'v1' }],
  resource: 'deployments',
  kind: 'Deployment',
  scope: 'Namespaced',
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: { scale: 'get patch update -> autoscaling/v1/Scale', status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Ready',
      'Up-to-date',
      'Available',
      'Age',
      'Containers|string||1',
      'Images|string||1',
      'Selector|string||1',
    ],
    cells: (object) => [
      nameOf(object),
      `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`,
      numberAt(object, 'status', 'updatedReplicas'),
      numberAt(object, 'status', 'availableReplicas'),
      ageOf(object),
      ...containerCells(templateOf(object)),
      selectorText(objectAt(object, 'spec', 'selector')),
    ],
  },
  quirks: {
    hasGeneration: true,
    annotationsCountAsChange: true,
    resets: { status: ['spec', 'metadata.labels'] },
  },
  prepareForUpdate(object, old, subresource) {
    if (subresource === 'status') keepLabels(object, old);
  },
  validate(object) {
    const spec = objectAt(object, 'spec');
    return [
      ...validateNotNegative(spec, 'spec', 'replicas'),
      ...validateSelectedTemplate(spec, 'deployment', 'ReplicaSet'),
      ...validateDeploymentStrategy(objectAt(spec, 'strategy'), 'spec.strategy'),
      ...validateNotNegative(
        spec,
        'spec',
        'minReadySeconds',
        'revisionHistoryLimit',
        'progressDeadlineSeconds',
      ),
      ...validateProgressDeadline(spec),
    ];
  },
  validateUpdate: selectorIsImmutable,
  validateStatus: (object) => [
    ...validateCounts(object, 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas'),
    ...validateNoMoreThan(object, 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'),
    ...validateAvailable(object, 'readyReplicas'),
  ],
  warnings: ofTemplate('spec.template', true),
};

function keepLabels(object: JsonObject, old: JsonObject): void {
  const labels = at(old, 'metadata', 'labels');
  const metadata = objectAt(object, 'metadata');
  if (labels === undefined) delete metadata['labels'];
  else metadata['labels'] = cloneJson(labels);
}

function validateProgressDeadline(spec: JsonObject): FieldError[] {
  const deadline = spec['progressDeadlineSeconds'];
  if (typeof deadline !== 'number' || deadline > numberAt(spec, 'minReadySeconds')) return [];
  return [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')];
}

function validateDeploymentStrategy(strategy: JsonObject, path: string): FieldError[] {
  const type = textAt(strategy, 'type');
  const rolling = maybeObjectAt(strategy, 'rollingUpdate');
  const here = child(path, 'rollingUpdate');
  if (type === 'Recreate') {
    return rolling ? [forbidden(here, "may not be specified when strategy `type` is 'Recreate'")] : [];
  }
  if (type !== 'RollingUpdate')
    return [notSupported(path, shownStrategy(strategy), ['Recreate', 'RollingUpdate'])];
  if (!rolling) return [required(here, 'this should be defaulted and never be nil')];
  const { maxUnavailable, maxSurge } = rolling;
  const errors = [
    ...validateIntOrPercent(maxUnavailable, child(here, 'maxUnavailable')),
    ...validateIntOrPercent(maxSurge, child(here, 'maxSurge')),
  ];
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
    errors.push(invalid(child(here, 'maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...validateAtMostAll(maxUnavailable, child(here, 'maxUnavailable'))];
}
