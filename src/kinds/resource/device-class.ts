import { objectAt } from '../../apimachinery/read.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { nameAndAgeCells } from '../shared/cells.ts';
import { validateSelectors } from '../shared/devices.ts';

export const deviceClass: BuiltInKind = {
  group: 'resource.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'deviceclasses',
  kind: 'DeviceClass',
  scope: 'Cluster',
  columns: { definitions: ['Name|string|name|0', 'Age'], cells: nameAndAgeCells },
  quirks: { hashedVersion: 'v1beta2', hasGeneration: true },
  deletion: { answersWithObject: true },
  validate: (object) => validateSelectors(objectAt(object, 'spec'), 'spec'),
};
