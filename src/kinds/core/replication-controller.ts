import { maybeObjectAt, objectAt } from '../../apimachinery/read.ts';
import { invalid, required } from '../../apimachinery/validation/errors.ts';
import { selectorMatches } from '../../apimachinery/validation/selectors.ts';
import { validateNotNegative } from '../../apimachinery/validation/values.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { containerCells, labelsText } from '../shared/cells.ts';
import { countField } from '../shared/field-selectors.ts';
import { validatePodTemplate } from '../shared/pod-spec.ts';
import { ofTemplate } from '../shared/template-warnings.ts';
import { replicaCells, replicaColumns, templateOf } from '../shared/workload-cells.ts';
import { templateMismatch, validateRestart } from '../shared/workloads.ts';

export const replicationController: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'replicationcontrollers',
  kind: 'ReplicationController',
  scope: 'Namespaced',
  shortNames: ['rc'],
  categories: ['all'],
  subresources: { scale: 'get patch update -> autoscaling/v1/Scale', status: 'get patch update' },
  columns: {
    definitions: replicaColumns,
    cells: (object) => [
      ...replicaCells(object),
      ...containerCells(templateOf(object)),
      labelsText(objectAt(object, 'spec', 'selector')),
    ],
  },
  selectable: { 'status.replicas': countField('status', 'replicas') },
  registryFolder: 'controllers',
  quirks: { hasGeneration: true },
  deletion: { orphans: true },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const selector = objectAt(spec, 'selector');
    const template = maybeObjectAt(spec, 'template');
    const errors = validateNotNegative(spec, 'spec', 'minReadySeconds', 'replicas');
    if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
    if (!template) return [...errors, required('spec.template')];
    const labels = objectAt(template, 'metadata', 'labels');
    if (!selectorMatches({ matchLabels: selector }, labels)) {
      errors.push(
        invalid(
          'spec.template.metadata.labels',
          maybeObjectAt(template, 'metadata', 'labels') ?? null,
          templateMismatch,
        ),
      );
    }
    return [
      ...errors,
      ...validatePodTemplate(template, 'spec.template'),
      ...validateRestart(spec, 'ReplicationController'),
    ];
  },
  warnings: ofTemplate('spec.template', true),
};
