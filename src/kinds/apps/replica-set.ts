import { objectAt } from '../../apimachinery/read.ts';
import { validateNotNegative } from '../../apimachinery/validation/values.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { containerCells, selectorCell } from '../shared/cells.ts';
import { ofTemplate } from '../shared/template-warnings.ts';
import { replicaCells, replicaColumns, templateOf } from '../shared/workload-cells.ts';
import {
  selectorIsImmutable,
  validateAvailable,
  validateCounts,
  validateNoMoreThan,
  validateSelectedTemplate,
} from '../shared/workloads.ts';

export const replicaSet: BuiltInKind = {
  group: 'apps',
  versions: [{ version: 'v1' }],
  resource: 'replicasets',
  kind: 'ReplicaSet',
  scope: 'Namespaced',
  shortNames: ['rs'],
  categories: ['all'],
  subresources: { scale: 'get patch update -> autoscaling/v1/Scale', status: 'get patch update' },
  columns: {
    definitions: replicaColumns,
    cells: (object) => [
      ...replicaCells(object),
      ...containerCells(templateOf(object)),
      selectorCell(objectAt(object, 'spec', 'selector')),
    ],
  },
  quirks: { hasGeneration: true },
  validate(object) {
    const spec = objectAt(object, 'spec');
    return [
      ...validateNotNegative(spec, 'spec', 'replicas', 'minReadySeconds'),
      ...validateSelectedTemplate(spec, 'deployment', 'ReplicaSet'),
    ];
  },
  validateUpdate: selectorIsImmutable,
  validateStatus: (object) => [
    ...validateCounts(object, 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
    ...validateNoMoreThan(object, 'replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
    ...validateAvailable(object, 'readyReplicas'),
  ],
  warnings: ofTemplate('spec.template', true),
};
