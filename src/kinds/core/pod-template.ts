import { nameOf, objectAt } from '../../apimachinery/read.ts';
import { jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { containerCells, labelsText } from '../shared/cells.ts';
import { validatePodTemplate } from '../shared/pod-spec.ts';
import { podWarnings } from '../shared/pod-warnings.ts';

export const podTemplate: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'podtemplates',
  kind: 'PodTemplate',
  scope: 'Namespaced',
  columns: {
    definitions: ['Name|string|name|0', 'Containers', 'Images', 'Pod Labels'],
    cells: (object) => [
      nameOf(object),
      ...containerCells(objectAt(object, 'template', 'spec')),
      labelsText(objectAt(object, 'template', 'metadata', 'labels')),
    ],
  },
  quirks: { hasGeneration: true },
  deletion: { answersWithObject: true },
  validate: (object) => validatePodTemplate(objectAt(object, 'template'), 'template'),
  warnings: (object, old) =>
    old && jsonEqual(object['template'] ?? null, old['template'] ?? null)
      ? []
      : podWarnings(objectAt(object, 'template'), 'template'),
};
