import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, nameOf, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { child, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import {
  isEmptySelector,
  selectorMatches,
  validateSelector,
} from '../../apimachinery/validation/selectors.ts';
import {
  intOrPercentValue,
  validateAtMostAll,
  validateIntOrPercent,
  validateNotNegative,
} from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, containerCells, labelsText, selectorCell } from '../shared/cells.ts';
import { validatePodTemplate } from '../shared/pod-spec.ts';
import { ofTemplate } from '../shared/template-warnings.ts';
import { templateOf } from '../shared/workload-cells.ts';
import {
  selectorIsImmutable,
  shownLabels,
  shownStrategy,
  templateMismatch,
  validateRestart,
} from '../shared/workloads.ts';

export const daemonSet: BuiltInKind = {
  group: 'apps',
  versions: [{ version: 'v1' }],
  resource: 'daemonsets',
  kind: 'DaemonSet',
  scope: 'Namespaced',
  shortNames: ['ds'],
  categories: ['all'],
  subresources: { status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Desired|integer||0',
      'Current|integer||0',
      'Ready|integer||0',
      'Up-to-date|integer||0',
      'Available|integer||0',
      'Node Selector',
      'Age',
      'Containers|string||1',
      'Images|string||1',
      'Selector|string||1',
    ],
    cells: (object) => [
      nameOf(object),
      numberAt(object, 'status', 'desiredNumberScheduled'),
      numberAt(object, 'status', 'currentNumberScheduled'),
      numberAt(object, 'status', 'numberReady'),
      numberAt(object, 'status', 'updatedNumberScheduled'),
      numberAt(object, 'status', 'numberAvailable'),
      labelsText(objectAt(templateOf(object), 'nodeSelector')),
      ageOf(object),
      ...containerCells(templateOf(object)),
      selectorCell(objectAt(object, 'spec', 'selector')),
    ],
  },
  quirks: { hasGeneration: true },
  defaults(object) {
    const metadata = objectAt(object, 'metadata');
    metadata['annotations'] = { [templateGeneration]: '0', ...objectAt(metadata, 'annotations') };
  },
  prepareForCreate: (object) => keepTemplateGeneration(object, undefined),
  prepareForUpdate: (object, old) => keepTemplateGeneration(object, old),
  validate(object) {
    const spec = objectAt(object, 'spec');
    const selector = maybeObjectAt(spec, 'selector');
    const labels = objectAt(spec, 'template', 'metadata', 'labels');
    const errors = validateSelector(selector, 'spec.selector');
    if (!selectorMatches(selector, labels)) {
      errors.push(invalid('spec.template.metadata.labels', shownLabels(spec), templateMismatch));
    }
    if (selector && isEmptySelector(selector)) {
      errors.push(invalid('spec.selector', selector, 'empty selector is invalid for daemonset'));
    }
    return [
      ...errors,
      ...validatePodTemplate(objectAt(spec, 'template'), 'spec.template'),
      ...validateRestart(spec, 'DaemonSet'),
      ...validateNotNegative(spec, 'spec', 'minReadySeconds'),
      ...validateDaemonStrategy(objectAt(spec, 'updateStrategy'), 'spec.updateStrategy'),
      ...validateNotNegative(spec, 'spec', 'revisionHistoryLimit'),
    ];
  },
  validateUpdate: selectorIsImmutable,
  warnings: ofTemplate('spec.template', false),
};

/** DaemonSets count their templates in an annotation that clients of old versions read. */
const templateGeneration = 'deprecated.daemonset.template.generation';

function keepTemplateGeneration(object: JsonObject, old: JsonObject | undefined): void {
  const name = templateGeneration;
  const metadata = objectAt(object, 'metadata');
  const annotations = { ...objectAt(metadata, 'annotations') };
  const before = Number(textAt(old, 'metadata', 'annotations', name)) || 0;
  const changed = !old || !jsonEqual(at(object, 'spec', 'template'), at(old, 'spec', 'template'));
  annotations[name] = String(changed ? before + 1 : before);
  metadata['annotations'] = annotations;
}

function validateDaemonStrategy(strategy: JsonObject, path: string): FieldError[] {
  const type = textAt(strategy, 'type');
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate')
    return [notSupported(path, shownStrategy(strategy), ['RollingUpdate', 'OnDelete'])];
  const here = child(path, 'rollingUpdate');
  const { maxUnavailable, maxSurge } = objectAt(strategy, 'rollingUpdate');
  const errors = [
    ...validateIntOrPercent(maxUnavailable, child(here, 'maxUnavailable')),
    ...validateIntOrPercent(maxSurge, child(here, 'maxSurge')),
    ...validateAtMostAll(maxUnavailable, child(here, 'maxUnavailable')),
    ...validateAtMostAll(maxSurge, child(here, 'maxSurge')),
  ];
  const hasUnavailable = intOrPercentValue(maxUnavailable) !== 0;
  const hasSurge = intOrPercentValue(maxSurge) !== 0;
  if (hasUnavailable && hasSurge) {
    errors.push(invalid(child(here, 'maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
  if (!hasUnavailable && !hasSurge) {
    errors.push(required(child(here, 'maxUnavailable'), 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}
